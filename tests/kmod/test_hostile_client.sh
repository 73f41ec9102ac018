#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_hostile_client.sh - a client of /dev/ksplice that lies, in lists of symbols and in
# the order of its calls, is refused each time with the reason, and nothing changes

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

cp -r "$top/tests/kmod/hostile" "$work/"
make -s -C "$tree" M="$work/hostile" modules >"$work/log" 2>&1 || {
	cat "$work/log"
	fail "the modules of the hostile client do not build"
}
mkdir "$work/modules"
cp "$work"/hostile/*.ko "$work/modules/"

# It refers to more than one local function of the kernel.
patch_nanosleep "$work/nanosleep.patch"
patch_loadavg "$work/loadavg.patch"
cat "$work/nanosleep.patch" "$work/loadavg.patch" >"$work/both.patch"
update=$(create_update "$work/both.patch")

boot --timeout 400 --file "$update" --file "$work/modules" <<EOS
id=$(name_id "$update")
$(
	cat <<'EOG'
modprobe ksplice
kernel_text save /tmp/before
tar -xzf "ksplice-$id.tar.gz" -C /tmp
ko=/tmp/ksplice-$id/ksplice-$id-vmlinux.ko
count=0 believed=

# check_case COMMAND CASE: refused, and nothing is left of it.
check_case() {
	lsmod | grep -q '^exporter ' || insmod modules/exporter.ko
	"$1" "$2" "$id" "$ko" modules || believed="$believed $2"
	! lsmod | grep -q '^ksplice_' || fail "$2: a module is loaded"
	! lsmod | grep -q '^thief' || fail "$2: the thief is loaded"
	[ -z "$(find /sys/kernel/ksplice -mindepth 1 -type d)" ] || fail "$2: in sysfs"
	count=$((count + 1))
}

lie_about_list() {
	hostile_list "$1" "$3"
}

for lie in $(hostile_list); do
	check_case lie_about_list "$lie"
done
kernel_text compare /tmp/before
for lie in $(hostile_load); do
	check_case hostile_load "$lie"
done
for lie in $(hostile_race); do
	check_case hostile_race "$lie"
done
kernel_text compare /tmp/before
[ -z "$believed" ] || fail "not refused as expected:$believed"
[ $count -ge 60 ] || fail "only $count cases"
dmesg >/tmp/log
! grep -E '(thief|impostor): runs' /tmp/log || fail "code of a refused module ran"
# The core gives no address of the kernel away.
! grep -E 'ksplice: .*ffffffff[0-9a-f]{8}' /tmp/log || fail "an address is in the log"

# And who tells the truth is served.
apply "ksplice-$id.tar.gz"
undo "$id"
kernel_text compare /tmp/before
rmmod exporter
rmmod ksplice
EOG
)
EOS
