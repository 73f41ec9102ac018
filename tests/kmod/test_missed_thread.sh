#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_missed_thread.sh - nobody is missed between the look at all stacks and the stop: a
# thread that goes to sleep in the function right after its own stack was looked at, or
# after all were, and a thread that is new then. Each is in the way, by its name, and
# nothing has changed; of an apply and of an undo; with full preemption and with none

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

patch_nanosleep "$work/nanosleep.patch"
nanosleep=$(create_update "$work/nanosleep.patch")
build_modules "$top/tests/kmod/window"

for preemption in full none; do
	boot --smp 2 --timeout 300 --file "$nanosleep" --file "$work/window/window.ko" \
		--append "preempt=$preemption" <<EOS
preemption=$preemption
id=$(name_id "$nanosleep")
$(
	cat <<'EOG'
folder=/sys/kernel/ksplice/$id
window=/sys/module/window/parameters

# miss STATE PLACE CHILD: one attempt, at which a thread enters at that place
miss() {
	local state=$1 place=$2 child=$3 before thread
	echo "--- $state, the thread enters at the place \"$place\", child: $child"
	before=$(cat $window/opened)
	echo $child >$window/child
	dd if=$window/thread bs=4k count=1 2>/dev/null &
	thread=$!
	wait_until grep -q 'run_thread' /proc/$thread/stack
	echo $place >$window/place
	if echo $state >$folder/state 2>/tmp/out; then
		fail "a thread sleeps in the function: the core did it"
	fi
	expect_output 'Resource temporarily unavailable'
	[ "$(cat $window/opened)" = $((before + 1)) ] || fail "the thread did not enter"
	[ $child = N ] || thread=$(pidof window-child)
	cat $folder/conflicts >/tmp/out
	expect_output "^$thread	[a-z-]+	stack-0x[0-9a-f]+	hrtimer_nanosleep"
	kill $thread
	wait_until test ! -e /proc/$thread
}

dmesg | grep -q "Dynamic Preempt: $preemption" || fail "preempt=$preemption is not in force"
# The core's own thread must not keep the other one from running.
taskset -p 1 $$ >/dev/null
modprobe ksplice
kernel_text save /tmp/original >/dev/null
insmod window.ko sleep=0x$(sed -n 's/^\([0-9a-f]*\) . hrtimer_nanosleep$/\1/p' /proc/kallsyms)
apply ksplice-$id.tar.gz
for state in reversed applied; do
	kernel_text save /tmp/before >/dev/null
	for place in look stop; do
		for child in N Y; do
			miss $state $place $child
			kernel_text compare /tmp/before >/tmp/out || fail "$(cat /tmp/out)"
		done
	done
	echo $state >$folder/state
done
echo reversed >$folder/state
rmmod window
kernel_text compare /tmp/original
EOG
)
EOS
done
