#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_coexistence.sh - updates come and go while CPUs do and while modules do; the graph
# tracer sees a patched function as before; the kernel unwinds through new code, and knows
# its functions by name

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

# One that nobody uses.
choose_modules 1 fs/fat/vfat fs/ext4/ext4 fs/xfs/xfs net/netfilter/xt_mark
patch_loadavg "$work/loadavg.patch"
patch_nanosleep "$work/nanosleep.patch"
update=$(create_update "$work/loadavg.patch")
sleeping=$(create_update "$work/nanosleep.patch")

boot --file "$update" --file "$sleeping" <<EOS
id=$(name_id "$update")
sleeping_id=$(name_id "$sleeping")
module=${chosen_modules[0]##*/}
$(
	cat <<'EOG'
file=ksplice-$id.tar.gz
tracing=/sys/kernel/tracing

# cycle_while FUNCTION COUNT: applies and reverses COUNT times while the function is called
# again and again, each time with success.
cycle_while() {
	local i=0 worker
	rm -f /tmp/enough
	echo 0 >/tmp/rounds
	{
		rounds=0
		while [ ! -e /tmp/enough ]; do
			$1 || exit 1
			rounds=$((rounds + 1))
			echo $rounds >/tmp/rounds
		done
	} &
	worker=$!
	while [ $i -lt "$2" ] || [ "$(cat /tmp/rounds)" -lt 5 ]; do
		apply "$file"
		grep -q patched /proc/loadavg || fail "$1: applied and not in force"
		undo "$id"
		if grep -q patched /proc/loadavg; then
			fail "$1: undone and in force"
		fi
		i=$((i + 1))
	done
	touch /tmp/enough
	wait $worker || fail "$1 failed"
	echo "$1: $i cycles in $(cat /tmp/rounds) rounds"
}

move_cpu() {
	echo 0 >/sys/devices/system/cpu/cpu1/online
	echo 1 >/sys/devices/system/cpu/cpu1/online
}

move_modules() {
	modprobe $module && modprobe -r $module
}

modprobe ksplice
kernel_text save /tmp/before

cycle_while move_cpu 5
cycle_while move_modules 5
# With a CPU that is away, and one that comes back to replaced code.
echo 0 >/sys/devices/system/cpu/cpu1/online
apply "$file"
echo 1 >/sys/devices/system/cpu/cpu1/online
expect_status 0 taskset 2 grep -q patched /proc/loadavg
echo 0 >/sys/devices/system/cpu/cpu1/online
undo "$id"
echo 1 >/sys/devices/system/cpu/cpu1/online
expect_status 1 taskset 2 grep -q patched /proc/loadavg
kernel_text compare /tmp/before

# expect_graph WHEN: one call is seen once, with what it calls.
expect_graph() {
	local entries
	echo >$tracing/trace
	cat /proc/loadavg >/tmp/loadavg
	entries=$(grep -c ' loadavg_proc_show\( \[.*\]\)\?() {' $tracing/trace || true)
	[ "$entries" = 1 ] || {
		cat $tracing/trace
		fail "$1: the graph tracer saw $entries entries instead of 1"
	}
	grep -q ' seq_printf() {\| seq_printf();' $tracing/trace || fail "$1: nothing below it"
}

# What is seen is the entry of the old function; the new one is not traced itself.
echo loadavg_proc_show >$tracing/set_graph_function
echo function_graph >$tracing/current_tracer
expect_graph 'before apply'
apply "$file"
expect_graph 'after apply'
grep -q patched /tmp/loadavg || fail "not patched under the graph tracer"
undo "$id"
expect_graph 'after undo'
echo nop >$tracing/current_tracer
echo >$tracing/set_graph_function
kernel_text compare /tmp/before

# Through new code to the system call.
apply "ksplice-$sleeping_id.tar.gz"
sleep 1000 &
sleeper=$!
wait_until grep -q '^State:.S' /proc/$sleeper/status
cat /proc/$sleeper/stack >/tmp/out
cat /tmp/out
expect_output "hrtimer_nanosleep\.ksplice\+0x[0-9a-f]+/0x[0-9a-f]+ \[ksplice_$sleeping_id\]" \
	'__x64_sys_clock_nanosleep' 'entry_SYSCALL_64_after_hwframe'
expect_status 0 grep "hrtimer_nanosleep.ksplice[[:space:]]\[ksplice_$sleeping_id\]" /proc/kallsyms
kill $sleeper
wait $sleeper || true
undo "$sleeping_id"
kernel_text compare /tmp/before
rmmod ksplice
EOG
)
EOS
