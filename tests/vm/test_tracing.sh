#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_tracing.sh - ftrace, and a kprobe and a kretprobe on the entry of a patched function,
# fire before apply, after apply and after undo, once per call; set up before, after, and
# taken away at any time. The new function can be traced like any of a module's

# shellcheck source-path=SCRIPTDIR source=session.sh
. "$(dirname "$(readlink -f "$0")")/session.sh"

patch_loadavg "$work/loadavg.patch"
update=$(create_update "$work/loadavg.patch")

boot --file "$update" <<'EOS'
update=$(echo ksplice-*.tar.gz)
id=${update#ksplice-}
id=${id%.tar.gz}
tracing=/sys/kernel/tracing

# expect_hits WHEN: one call is seen once by the tracer, the kprobe and the kretprobe.
expect_hits() {
	local traced probed returned
	echo >$tracing/trace
	cat /proc/loadavg >/tmp/loadavg
	traced=$(grep -c ': loadavg_proc_show <-' $tracing/trace || true)
	probed=$(grep -c ': entry: (loadavg_proc_show+0x0' $tracing/trace || true)
	returned=$(grep -c ': back: (.* <- loadavg_proc_show' $tracing/trace || true)
	echo "$1: traced $traced, probed $probed, returned $returned"
	[ "$traced $probed $returned" = '1 1 1' ] || {
		cat $tracing/trace
		fail "$1: not seen once each"
	}
}

set_tracing() {
	if [ "$1" = on ]; then
		echo loadavg_proc_show >$tracing/set_ftrace_filter
		echo function >$tracing/current_tracer
		echo 'p:entry loadavg_proc_show' >$tracing/kprobe_events
		echo 'r:back loadavg_proc_show' >>$tracing/kprobe_events
		echo 1 >$tracing/events/kprobes/enable
	else
		echo 0 >$tracing/events/kprobes/enable
		echo >$tracing/kprobe_events
		echo nop >$tracing/current_tracer
		echo >$tracing/set_ftrace_filter
	fi
}

modprobe ksplice
kernel_text save /tmp/before
set_tracing on
expect_hits 'before apply'
apply "$update"
expect_hits 'after apply'
grep -q patched /tmp/loadavg || fail "the new function is not called"
set_tracing off
grep -q patched /proc/loadavg || fail "the new function went with the tracer"
set_tracing on
expect_hits 'after apply, set up again'
undo "$id"
expect_hits 'after undo'
! grep -q patched /tmp/loadavg || fail "the new function is still called"
set_tracing off
kernel_text compare /tmp/before

# The other way round: what was set up while it was applied goes before it, or stays.
apply "$update"
set_tracing on
expect_hits 'set up after apply'
set_tracing off
undo "$id"
kernel_text compare /tmp/before
set_tracing on
apply "$update"
set_tracing off
grep -q patched /proc/loadavg || fail "the new function went with the tracer"
undo "$id"
kernel_text compare /tmp/before

# The new function can be traced, too, and have a kprobe, like any function of a module; with
# all of that on it can be undone and unloaded.
apply "$update"
grep -q '^loadavg_proc_show\.ksplice ' $tracing/available_filter_functions ||
	fail "the new function cannot be traced"
echo 'loadavg_proc_show*' >$tracing/set_ftrace_filter
echo function >$tracing/current_tracer
echo 'p:new loadavg_proc_show.ksplice' >$tracing/kprobe_events
echo 1 >$tracing/events/kprobes/enable
echo >$tracing/trace
grep -q patched /proc/loadavg || fail "the new function is not called with a kprobe on it"
probed=$(grep -c ': new: (loadavg_proc_show.ksplice+0x0' $tracing/trace || true)
[ "$probed" = 1 ] || fail "the kprobe on the new function has fired $probed times"
grep -q ': loadavg_proc_show <-' $tracing/trace || fail "the old function is not traced"
grep -q ': loadavg_proc_show.ksplice <-' $tracing/trace || fail "the new function is not traced"
echo 0 >$tracing/events/kprobes/enable
echo >$tracing/kprobe_events
undo "$id"
expect_not grep '\.ksplice ' $tracing/available_filter_functions
expect_not grep patched /proc/loadavg
echo nop >$tracing/current_tracer
echo >$tracing/set_ftrace_filter
kernel_text compare /tmp/before
EOS
