#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_sections.sh - functions that an attribute put into a section, in the running kernel:
# one of the scheduler with a call that the assembler had bound, the loop of soft
# interrupts, the slow paths of locks; and a new function that must not be probed

# shellcheck source-path=SCRIPTDIR source=session.sh
. "$(dirname "$(readlink -f "$0")")/session.sh"
need_options CONFIG_KPROBE_EVENTS CONFIG_SMP

make_patch kernel/time/hrtimer.c '
/^#include <linux\/hrtimer.h>/a #include <linux/kprobes.h>
/^static int __sched do_nanosleep(/i static noinline __noclone __kprobes int nanosleep_quiet(int i) { return READ_ONCE(i) + 1; }
/^static int __sched do_nanosleep(/i static noinline __noclone __sched int nanosleep_plain(int i) { return nanosleep_quiet(READ_ONCE(i)) + 1; }
/^static int __sched do_nanosleep(/,/^}/ s/^\tstruct restart_block \*restart;/&\n\tpr_info("new do_nanosleep %d\\n", nanosleep_plain(40));/
' "$work/sched.patch"
make_patch kernel/softirq.c '
/^asmlinkage __visible void __softirq_entry __do_softirq(/i static unsigned long softirq_rounds;
/^asmlinkage __visible void __softirq_entry __do_softirq(/,/^}/ s/^{/&\n\tif (xchg(\&softirq_rounds, 1) == 0)\n\t\tpr_info("new __do_softirq\\n");/
' "$work/softirq.patch"
make_patch kernel/locking/qspinlock.c '
/^void __lockfunc queued_spin_lock_slowpath(/,/^}/ s/^\tif (pv_enabled())/\tif (val == 4711)\n\t\tcpu_relax();\n&/
' "$work/lock.patch"
declare -A id
for name in sched softirq lock; do
	update=$(create_update "$work/$name.patch")
	id[$name]=$(name_id "$update")
	cp "$update" "$work/$name.tar.gz"
done
# The caller of the bound call stays; both functions of the scheduler's section are found.
tar -xzf "$work/sched.tar.gz" -C "$work"
readelf -SW "$work"/ksplice-*/*.ko >"$work/sections"
grep -q ' \.kprobes\.text  *PROGBITS' "$work/sections" || fail "no section .kprobes.text"

boot --smp 2 --file "$work/sched.tar.gz" --file "$work/softirq.tar.gz" --file "$work/lock.tar.gz" <<EOS
sched=${id[sched]} softirq=${id[softirq]} lock=${id[lock]}
$(
	cat <<'EOG'
# seen TEXT: the number of such lines in the kernel's log
seen() {
	dmesg | grep -c "$1" || true
}

modprobe ksplice
mount -t tracefs none /sys/kernel/tracing 2>/dev/null || true
events=/sys/kernel/tracing/kprobe_events
kernel_text save /tmp/before >/dev/null
[ "$(seen 'new do_nanosleep')" = 0 ] || fail "new before it is applied"
sleep 1000 &
old=$!
wait_until grep -q hrtimer_nanosleep /proc/$old/wchan
kill $old
wait $old || true

apply sched.tar.gz
sleep 0
usleep 1000
wait_until [ "$(seen 'new do_nanosleep 42')" -gt 0 ]
echo "p:plain nanosleep_plain" >>$events || fail "no probe in a new function"
if echo "p:quiet nanosleep_quiet" >>$events 2>/dev/null; then
	fail "a probe in a function that must not have one"
fi
echo "-:plain" >>$events
# What the documentation says of such a copy.
sleep 1000 &
new=$!
wait_until grep -q 'do_nanosleep.ksplice' /proc/$new/wchan
kill $new
wait $new || true
undo $sched
usleep 1000
count=$(seen 'new do_nanosleep')
usleep 1000
[ "$(seen 'new do_nanosleep')" = "$count" ] || fail "still the new function"
kernel_text compare /tmp/before

apply softirq.tar.gz
wait_until [ "$(seen 'new __do_softirq')" = 1 ]
apply lock.tar.gz
# The locks of the scheduler and of files, from both CPUs
for round in 1 2 3; do
	for job in 1 2 3 4; do
		ls -lR /proc/sys >/dev/null 2>&1 &
	done
	wait
done
undo $lock
undo $softirq
kernel_text compare /tmp/before
EOG
)
EOS
echo "the scheduler's, soft interrupts', and locks' sections; a function that must not be probed"
