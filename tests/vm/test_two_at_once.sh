#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_two_at_once.sh - two ksplice-apply at the same time, and two ksplice-undo: both
# succeed; and where one is refused it gets its own reasons, and the other none of them

# shellcheck source-path=SCRIPTDIR source=session.sh
. "$(dirname "$(readlink -f "$0")")/session.sh"

patch_getppid "$work/one.patch"
patch_loadavg "$work/two.patch"
one=$(create_update "$work/one.patch")
two=$(create_update "$work/two.patch")

# And one that is refused for what memory has.
make_patch fs/eventfd.c \
	'/^static const struct file_operations eventfd_fops = {/,/^};/ s/noop_llseek/default_llseek/' \
	"$work/bad.patch"
bad=$(create_update "$work/bad.patch")
id=$(name_id "$bad")
${CC:-gcc} -D_GNU_SOURCE -I"$top" -Wall -o "$work/damage" \
	"$top/tests/kmod/damage_update.c" -lelf
tar -xzf "$bad" -C "$work"
"$work/damage" bytes "$work/ksplice-$id/ksplice-$id-vmlinux.ko" "$work/ksplice-$id/manifest.json"
tar -czf "$bad" -C "$work" "ksplice-$id"

boot --file "$one" --file "$two" --file "$bad" <<EOS
one=$(name_id "$one")
two=$(name_id "$two")
bad=$id
$(
	cat <<'EOG'
modprobe ksplice
kernel_text save /tmp/before

# expect_both STATUS STATUS: of the two that were started; their output is in /tmp/1, 2.
expect_both() {
	status=0
	wait $first || status=$?
	[ $status = "$1" ] || { cat /tmp/1; fail "round $round: the first: $status"; }
	status=0
	wait $second || status=$?
	[ $status = "$2" ] || { cat /tmp/2; fail "round $round: the second: $status"; }
}

# both PROGRAM ARGUMENT ARGUMENT
both() {
	"$1" "$2" >/tmp/1 2>&1 &
	first=$!
	"$1" "$3" >/tmp/2 2>&1 &
	second=$!
}

for round in $(seq 20); do
	both ksplice-apply ksplice-$one.tar.gz ksplice-$two.tar.gz
	expect_both 0 0
	grep -q "Update $one applied" /tmp/1 || fail "round $round: $(cat /tmp/1)"
	grep -q "Update $two applied" /tmp/2 || fail "round $round: $(cat /tmp/2)"
	grep -q patched /proc/loadavg || fail "round $round: not in force"
	both ksplice-undo $one $two
	expect_both 0 0
	! grep -q patched /proc/loadavg || fail "round $round: still in force"
done
kernel_text compare /tmp/before

for round in $(seq 20); do
	both ksplice-apply ksplice-$one.tar.gz ksplice-$bad.tar.gz
	expect_both 0 2
	grep -q 'memory has' /tmp/2 || fail "round $round: no reason: $(cat /tmp/2)"
	! grep -q "$one" /tmp/2 || fail "round $round: the other's reason: $(cat /tmp/2)"
	! grep -q 'memory has' /tmp/1 || fail "round $round: its reason: $(cat /tmp/1)"
	undo $one
done
! lsmod | grep -q '^ksplice_' || fail "a module is left"
kernel_text compare /tmp/before
rmmod ksplice
EOG
)
EOS
