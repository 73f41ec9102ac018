#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_cycles.sh - printk is patched and restored 20 times; after each undo every
# byte of the kernel's text is what it was

# shellcheck source-path=SCRIPTDIR source=session.sh
. "$(dirname "$(readlink -f "$0")")/session.sh"

patch_printk "$work/printk.patch"
update=$(create_update "$work/printk.patch")

boot --file "$update" <<'EOS'
update=$(echo ksplice-*.tar.gz)
id=${update#ksplice-}
id=${id%.tar.gz}

# new_messages: those since forget_messages. Other parts of the kernel may speak at any
# time, also between two lines of one caller.
forget_messages() {
	dmesg -c >/dev/null
}
new_messages() {
	dmesg | sed 's/^\[[^]]*\] //'
}

modprobe ksplice
kernel_text save /tmp/before >/dev/null
for cycle in $(seq 20); do
	forget_messages
	apply "$update"
	new_messages >/tmp/messages
	grep -qx "ksplice: Update $id applied successfully" /tmp/messages ||
		fail "cycle $cycle: not in dmesg"
	sed '/applied successfully/q' /tmp/messages | grep -qx 'Quoth the kernel:' ||
		fail "cycle $cycle: the new function is not called"
	[ "$(cat /sys/kernel/ksplice/$id/state)" = applied ] || fail "cycle $cycle: state"
	grep -qw _printk /sys/kernel/ksplice/$id/functions || fail "cycle $cycle: functions"
	! kernel_text compare /tmp/before >/dev/null || fail "cycle $cycle: nothing changed"
	pause=$(cat /sys/kernel/ksplice/$id/pause_ns)
	undo "$id"
	kernel_text compare /tmp/before >/tmp/out || fail "cycle $cycle: $(cat /tmp/out)"
	[ ! -e /sys/kernel/ksplice/$id ] || fail "cycle $cycle: still in sysfs"
	! lsmod | grep -q ksplice_ || fail "cycle $cycle: the module is still loaded"
	echo "cycle $cycle: pause $pause ns, text $(cat /tmp/out)"
done
forget_messages
echo h >/proc/sysrq-trigger
new_messages | grep -q 'sysrq: HELP' || fail "no new message"
! new_messages | grep -q Quoth || fail "printk is still the new one"
EOS
