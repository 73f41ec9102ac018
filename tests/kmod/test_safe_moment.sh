#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_safe_moment.sh - who is in the way is found, named with its stack, and woken:
#
#   a thread that sleeps in the old function, and in the new one; the same after a signal
#   a kernel thread whose main loop is replaced: refused at once, by name
#   a restart function in the new code
#   threads that come and go through the function all the time, with the look before the
#   stop and with the full scan
#
# The core is asked by its files; no program retries.

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

patch_nanosleep "$work/nanosleep.patch"
nanosleep=$(create_update "$work/nanosleep.patch")
make_patch mm/oom_kill.c \
	'/^static int oom_reaper(/,/^}/ s/^\twhile (true) {/&\n\t\tpr_debug("reaper\\n");/' \
	"$work/reaper.patch"
reaper=$(create_update "$work/reaper.patch")
mkdir "$work/guest"
cp "$nanosleep" "$work/guest/nanosleep.tar.gz"
cp "$reaper" "$work/guest/reaper.tar.gz"

# A thread's restart function is set to an address that is given.
build_modules "$top/tests/kmod/restart"

boot --smp 2 --file "$work/guest/nanosleep.tar.gz" \
	--file "$work/guest/reaper.tar.gz" --file "$work/restart/restart.ko" \
	--append "nanosleep=$(name_id "$nanosleep") reaper=$(name_id "$reaper")" <<'EOS'
nanosleep=$(sed 's/.*nanosleep=\([^ ]*\).*/\1/' /proc/cmdline)
reaper=$(sed 's/.*reaper=\([^ ]*\).*/\1/' /proc/cmdline)
folder=/sys/kernel/ksplice/$nanosleep

# expect_refusal ERROR STATE: one attempt, which the core refuses
expect_refusal() {
	if echo "$2" >$folder/state 2>/tmp/out; then
		fail "$2: the core did it"
	fi
	expect_output "$1"
}

# expect_sleeper FUNCTION: the last attempt was spared the stop, and names the sleeper
expect_sleeper() {
	cat $folder/conflicts $folder/stacks >/tmp/out
	expect_output "^$sleeper	sleep	stack-0x[0-9a-f]+	$1\+0x" \
		"^$sleeper	sleep	[0-9]+$" "^	$1\+0x" \
		'^	common_nsleep\+0x' '^	do_syscall_64\+0x'
	[ "$(cat $folder/stop_ns)" = 0 ] || fail "stopped although a thread slept in the way"
}

modprobe ksplice
kernel_text save /tmp/before >/dev/null
apply nanosleep.tar.gz
echo reversed >$folder/state
[ "$(cat $folder/stop_ns)" -gt 0 ] || fail "reversed without a stop"

echo "--- a sleeping thread, and its signal"
start_sleeper
expect_refusal 'Resource temporarily unavailable' applied
expect_sleeper hrtimer_nanosleep
expect_refusal 'Resource temporarily unavailable' 'applied full-scan'
grep -q "^$sleeper	sleep	" $folder/conflicts || fail "not found by the full scan"
echo 1 >$folder/signal
cat $folder/signalled
grep -q "^$sleeper	sleep	woken$" $folder/signalled || fail "the sleeper was not woken"
# It goes on to sleep by way of its restart function, which the update leaves alone.
is_applied() {
	echo applied >$folder/state 2>/tmp/out
}
wait_until is_applied
wait_until grep -q '^State:.S' /proc/$sleeper/status
end_sleeper
start_sleeper
expect_refusal 'Resource temporarily unavailable' reversed
expect_sleeper hrtimer_nanosleep.ksplice
end_sleeper
echo reversed >$folder/state
[ -z "$(cat $folder/conflicts $folder/stacks $folder/signalled)" ] ||
	fail "conflicts of an attempt that went well"

echo "--- a kernel thread's main loop"
start=$(cut -d. -f1 /proc/uptime)
status=0
ksplice-apply --deadline 200 reaper.tar.gz >/tmp/out 2>&1 || status=$?
took=$(($(cut -d. -f1 /proc/uptime) - start))
cat /tmp/out
[ $status != 0 ] || fail "a main loop was replaced"
expect_output oom_reaper 'never leaves this function'
[ $took -lt 150 ] || fail "tried for $took s"

echo "--- a restart function in the new code"
echo applied >$folder/state
address=0x$(sed -n 's/^\([0-9a-f]*\) . hrtimer_nanosleep.ksplice\t.*/\1/p' /proc/kallsyms)
insmod restart.ko function="$address"
cat /sys/module/restart/parameters/sleeper &
holder=$!
wait_until grep -q '^State:.S' /proc/$holder/status
expect_refusal 'Resource temporarily unavailable' reversed
cat $folder/conflicts >/tmp/out
expect_output "^$holder	cat	restart#0x0	hrtimer_nanosleep.ksplice\+0x0"
kill $holder
wait $holder || true
rmmod restart
echo reversed >$folder/state

echo "--- threads that come and go"
# Each attempt finds them elsewhere: some are refused, and some get through. How many of
# either depends on the machine, so it goes on until there were enough of both.
pids=''
for i in $(seq 4); do
	while :; do usleep 300; done &
	pids="$pids $!"
done
for option in '' full-scan; do
	changes=0 refusals=0 attempts=0
	while [ $changes -lt 6 ] || [ $refusals -lt 3 ]; do
		attempts=$((attempts + 1))
		[ $attempts -le 1000 ] || fail "$changes changes, $refusals refusals"
		state=applied
		[ "$(cat $folder/state)" != applied ] || state=reversed
		if echo "$state $option" >$folder/state 2>/tmp/out; then
			changes=$((changes + 1))
		else
			expect_output 'Resource temporarily unavailable'
			refusals=$((refusals + 1))
		fi
	done
	echo "${option:-look before}: $changes changes, $refusals refusals"
done
# shellcheck disable=SC2086 # a list
kill $pids
wait
while [ "$(cat $folder/state)" = applied ]; do
	echo reversed >$folder/state 2>/dev/null || sleep 0.1
done
kernel_text compare /tmp/before >/dev/null || fail "the text is not what it was"
EOS
