#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_busy_cpus.sh - two CPUs call the patched function in a loop, through a system
# call, while it is patched and restored; every result is the old or the new one

# shellcheck source-path=SCRIPTDIR source=session.sh
. "$(dirname "$(readlink -f "$0")")/session.sh"

patch_getppid "$work/getppid.patch"
update=$(create_update "$work/getppid.patch")

boot --smp 2 --file "$update" <<'EOS'
update=$(echo ksplice-*.tar.gz)
id=${update#ksplice-}
id=${id%.tar.gz}
modprobe ksplice
kernel_text save /tmp/before
call_getppid 0 1000000 >/tmp/calls0 &
first=$!
call_getppid 1 1000000 >/tmp/calls1 &
second=$!
# has_both NAME: both have had such a result.
has_both() {
	grep -qx "first $1" /tmp/calls0 && grep -qx "first $1" /tmp/calls1
}
wait_until has_both old
for cycle in $(seq 10); do
	apply "$update"
	wait_until has_both new
	pause=$(cat /sys/kernel/ksplice/$id/pause_ns)
	undo "$id"
	echo "cycle $cycle: pause $pause ns"
done
kill -0 $first || fail "CPU 0: $(cat /tmp/calls0)"
kill -0 $second || fail "CPU 1: $(cat /tmp/calls1)"
kill $first $second
wait $first || fail "CPU 0: $(cat /tmp/calls0)"
wait $second || fail "CPU 1: $(cat /tmp/calls1)"
for cpu in 0 1; do
	echo "CPU $cpu: $(cat /tmp/calls$cpu)"
	grep -qE '^old [1-9][0-9]* new [1-9][0-9]*$' /tmp/calls$cpu || fail "CPU $cpu: $(cat /tmp/calls$cpu)"
done
kernel_text compare /tmp/before
EOS
