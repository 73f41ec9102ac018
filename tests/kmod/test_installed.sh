#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_installed.sh - updates that are installed on the disk, over five boots of one machine:
# they are applied at each boot, those for other kernels are not; one that brings the machine
# down is blocked until the administrator unblocks it; ksplice.enable=0 turns it off

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"
for option in VIRTIO_BLK EXT4_FS VIRTIO_PCI; do
	grep -qE "^CONFIG_$option=[ym]" "$tree/.config" || {
		echo "the kernel has no CONFIG_$option"
		exit 77
	}
done
release=$(cat "$tree/include/config/kernel.release")

patch_loadavg "$work/loadavg.patch"
good=$(create_update "$work/loadavg.patch")
# Its hook brings the machine down when it is applied.
make_patch kernel/sys.c '$ a #ifdef KSPLICE\
#include <ksplice.h>\
static void getppid_bring_down(void)\
{\
	panic("the hook of an update");\
}\
ksplice_post_apply(getppid_bring_down);\
#endif' "$work/hook.patch"
bad=$(create_update "$work/hook.patch")

# The same update for another build of a kernel of the same release.
mkdir "$work/other" "$work/files"
tar -xzf "$good" -C "$work/other"
sed -i 's/"build_id": "[0-9a-f]*"/"build_id": "0123456789abcdef"/' "$work"/other/*/manifest.json
tar -czf "$work/files/ksplice-other.tar.gz" -C "$work/other" "$(ls "$work/other")"
head -c 700 "$good" >"$work/files/ksplice-damaged.tar.gz"
cp "$good" "$bad" "$work/files/"

disk=$work/disk
truncate -s 32M "$disk"
PATH=$PATH:/usr/sbin:/sbin mkfs.ext4 -q "$disk"

# guest SCRIPT-ON-STDIN: with the disk as /var/lib/ksplice.
guest() {
	{
		cat <<-EOS
			good=$(name_id "$good") bad=$(name_id "$bad") release=$release
		EOS
		cat <<-'EOS'
			modprobe -q virtio_blk || true
			modprobe -q ext4 || true
			has_disk() {
				[ -b /dev/vda ]
			}
			wait_until has_disk
			mkdir -p /run /var/lib/ksplice
			mount -t ext4 /dev/vda /var/lib/ksplice
			store=/var/lib/ksplice/$release
			# expect_loadavg yes|no: is the new code in the kernel?
			expect_loadavg() {
				local is=no
				! grep -q patched /proc/loadavg || is=yes
				[ $is = "$1" ] || fail "applied: $is"
			}
		EOS
		cat
	} | boot --file "$work/files" --disk "$disk" "$@"
}

# ---- the first boot: what is for this kernel is applied; then one that brings it down ---

status=0
guest 2>"$work/err" <<'EOS' || status=$?
expect_status 3 ksplice-apply --installed
expect_output 'no update is installed for this kernel'
expect_status 0 ksplice-view --installed
expect_output 'No updates are installed in /var/lib/ksplice'

mkdir -p $store /var/lib/ksplice/5.4.0-other
cp files/ksplice-$good.tar.gz files/ksplice-other.tar.gz files/ksplice-damaged.tar.gz $store
cp files/ksplice-$bad.tar.gz /var/lib/ksplice/5.4.0-other/
expect_status 0 ksplice-view --installed
expect_output "^$good +not-applied +$release " "^$bad +other-kernel +5.4.0-other "

# A check changes nothing, and nobody is on trial after it.
expect_status 1 ksplice-apply --installed --check
expect_output "$good can be applied" 'ksplice-damaged.tar.gz: is damaged'
expect_loadavg no
[ ! -e /var/lib/ksplice/trial/$good ] || fail "a check has begun a trial"

# The damaged one does not keep the good one out.
expect_status 1 ksplice-apply --installed --json
expect_output '"result": "error"' "\"id\": \"$good\"" '"name": "ksplice-damaged.tar.gz"' \
	'"ksplice-other.tar.gz"' '"blocked": \[\]'
expect_loadavg yes
expect_status 0 ksplice-view --installed --json
expect_output '"enabled": true' '"state": "on-trial"' '"state": "damaged"' '"state": "other-kernel"'
expect_status 0 ksplice-view --installed
expect_output "^$good +on-trial +$release +ksplice-$good.tar.gz" \
	'^- +other-kernel .* ksplice-other.tar.gz' '^  made for another build' \
	'^- +damaged .* ksplice-damaged.tar.gz'
rm $store/ksplice-damaged.tar.gz
expect_status 3 ksplice-apply --installed
expect_output 'applied already'
[ -e /var/lib/ksplice/trial/$good ] || fail "its trial is over"
expect_status 0 ksplice-apply --confirm=now
expect_output "$good confirmed"
expect_status 3 ksplice-apply --confirm
expect_status 3 ksplice-apply --unblock $good
expect_output 'is not blocked'
expect_status 0 ksplice-view --installed
expect_output "^$good +applied "

# One that cannot be applied is not blocked. That it could not, and why, is kept.
undo $good
rm $store/*
echo 1 >/proc/sys/kernel/modules_disabled
cp files/ksplice-$good.tar.gz $store
expect_status 1 ksplice-apply --installed
[ ! -e /var/lib/ksplice/trial/$good ] || fail "one that was not applied is on trial"
expect_status 0 ksplice-view --installed
expect_output "^$good +not-applied " "^  $good: .*(refuses|failed|cannot)"
sync
EOS
[ $status = 0 ] || {
	cat "$work/err"
	fail "the first boot: exit status $status"
}

# ---- the second: one that brings the machine down ---------------------------------------

status=0
guest >"$work/out" 2>"$work/err" <<'EOS' || status=$?
expect_status 0 ksplice-apply --installed
expect_output "Update $good applied"
expect_status 0 ksplice-apply --confirm=now
cp files/ksplice-$bad.tar.gz $store
sync
echo going down
ksplice-apply --installed
fail "it did not go down"
EOS
cat "$work/out"
[ "$status" = 125 ] || fail "the second boot: exit status $status: $(cat "$work/err")"
grep -q 'Kernel panic - not syncing: the hook of an update' "$work/err" ||
	fail "another reason: $(cat "$work/err")"
grep -q 'going down' "$work/out"

# ---- the third: it is blocked, the other is not, until the power fails ------------------

status=0
guest >"$work/out" 2>"$work/err" <<'EOS' || status=$?
expect_status 0 ksplice-view --installed
expect_output "^$bad +blocked " '^  the machine went down within a minute after it was applied, at 2'
expect_status 2 ksplice-apply --installed --json
expect_output '"result": "refused"' '"reason": "blocked"' "--unblock $bad"
expect_loadavg yes
grep -A 2 '"blocked"' /tmp/out | grep -q "\"$bad\"" || fail "$(cat /tmp/out)"
grep -q "\"id\": \"$good\"" /tmp/out || fail "$(cat /tmp/out)"
# A clean shutdown does not unblock it.
expect_status 0 ksplice-apply --confirm=now
expect_output "$good confirmed"
expect_status 2 ksplice-apply --installed
expect_output "$bad: is blocked"

undo $good
expect_status 2 ksplice-apply --installed
expect_loadavg yes
# Now the machine is off, without a word, while it is on trial.
echo power fails
echo b >/proc/sysrq-trigger
sleep 1000
EOS
grep -q 'power fails' "$work/out" || {
	cat "$work/out" "$work/err"
	fail "the third boot: exit status $status"
}

# ---- the fourth: both are blocked; the administrator unblocks one, which stays -----------

guest <<'EOS'
expect_status 2 ksplice-apply --installed
expect_output "$good: is blocked" "$bad: is blocked"
expect_loadavg no
expect_status 0 ksplice-apply --unblock $good
expect_status 3 ksplice-apply --unblock $good
expect_status 2 ksplice-apply --installed
expect_output "Update $good applied" "$bad: is blocked"
expect_loadavg yes
# Its minute has not passed, so this waits.
begin=$(cut -d. -f1 /proc/uptime)
expect_status 0 ksplice-apply --confirm
expect_output "$good confirmed"
[ $(($(cut -d. -f1 /proc/uptime) - begin)) -ge 30 ] || fail "it did not wait"
expect_status 3 ksplice-apply --confirm
ls /var/lib/ksplice/trial | grep -qx "$bad" || fail "the other one was unblocked"
sync
EOS

# ---- the fifth: turned off ---------------------------------------------------------------

guest --append ksplice.enable=0 <<'EOS'
expect_status 3 ksplice-apply --installed
expect_output 'ksplice.enable=0 on the kernel'
expect_loadavg no
expect_status 0 ksplice-view --installed
expect_output "^$good +not-applied " 'none is applied at boot'
expect_status 0 ksplice-view --installed --json
expect_output '"enabled": false'
# What somebody applies by hand is applied.
apply $store/ksplice-$good.tar.gz
expect_loadavg yes
EOS
