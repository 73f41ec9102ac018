#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_tracer_stacks.sh - a return address into the old code that a tracer keeps off the
# stack is found: by the function graph tracer, and by a kretprobe
#
# A thread sleeps in do_nanosleep, which the tracer watches, called by hrtimer_nanosleep,
# which the update replaces: then the address is in the tracer's list alone.

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

patch_nanosleep "$work/nanosleep.patch"
update=$(create_update "$work/nanosleep.patch")

boot --file "$update" <<'EOS'
update=$(echo ksplice-*.tar.gz)
id=${update#ksplice-}
id=${id%.tar.gz}
tracing=/sys/kernel/tracing

# expect_conflict PLACE: a thread that fell asleep under the tracer is found there.
expect_conflict() {
	local sleeper
	sleep 1000 &
	sleeper=$!
	wait_until grep -q '^State:.S' /proc/$sleeper/status
	expect_status 4 ksplice-apply --deadline 0 "$update"
	cat /tmp/out
	expect_output "sleep \(pid $sleeper\) is in hrtimer_nanosleep" "at $1#"
	kill $sleeper
	wait $sleeper || true
}

modprobe ksplice
kernel_text save /tmp/before

echo do_nanosleep >$tracing/set_ftrace_filter
echo do_nanosleep >$tracing/set_graph_function
echo function_graph >$tracing/current_tracer
expect_conflict graph
echo nop >$tracing/current_tracer
echo >$tracing/set_graph_function
echo >$tracing/set_ftrace_filter

echo 'r:return do_nanosleep' >$tracing/kprobe_events
echo 1 >$tracing/events/kprobes/return/enable
expect_conflict kretprobe
echo 0 >$tracing/events/kprobes/return/enable
echo >$tracing/kprobe_events

kernel_text compare /tmp/before
apply "$update"
undo "$id"
EOS
