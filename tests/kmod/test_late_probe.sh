#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_late_probe.sh - a kprobe that is registered by a thread that had looked at the
# kernel's list before the reservation does no harm, and keeps the update from being undone
# until it is removed; and a function without a tracing slot is reserved from its entry

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

build_modules "$top/tests/kmod/any_probe"
patch_loadavg "$work/loadavg.patch"
# Nothing in kernel/trace has a tracing slot.
make_patch kernel/trace/trace.c \
	'/^static int tracing_clock_show(/,/^}/ s/^\tfor (i = 0;/\tseq_puts(m, "patched ");\n&/' \
	"$work/clock.patch"
update=$(create_update "$work/loadavg.patch")
clock=$(create_update "$work/clock.patch")

boot --file "$update" --file "$clock" --file "$work/any_probe/any_probe.ko" <<EOS
id=$(name_id "$update")
clock_id=$(name_id "$clock")
$(
	cat <<'EOG'
file=ksplice-$id.tar.gz
clock_file=ksplice-$clock_id.tar.gz

find_symbol() {
	echo 0x$(awk -v name="$1" '$3 == name { print $1 }' /proc/kallsyms)
}

# add_late OPTION...: on the function behind /proc/loadavg, past the reservation.
add_late() {
	insmod any_probe.ko symbol=loadavg_proc_show "$@" \
		blacklist=$(find_symbol kprobe_blacklist) blacklist_mutex=$(find_symbol kprobe_mutex)
}

expect_hits() {
	[ "$(cat /sys/module/any_probe/parameters/hits)" = "$1" ] ||
		fail "it fired $(cat /sys/module/any_probe/parameters/hits) times instead of $1"
}

expect_kept() {
	expect_status 2 ksplice-undo "$id"
	expect_output "vmlinux: loadavg_proc_show\+0x$1: $2 kprobe \(its handler is count_hit \[any_probe\]\) was placed on replaced code"
	grep -q patched /proc/loadavg || fail "no longer patched"
	rmmod any_probe
}

modprobe ksplice
kernel_text save /tmp/before
apply "$file"
# Without that trick.
if insmod any_probe.ko symbol=loadavg_proc_show offset=5 2>/dev/null; then
	fail "the jump can be probed"
fi
# In the middle of the jump is no instruction.
if add_late offset=7 2>/dev/null; then
	fail "the middle of the jump can be probed"
fi
add_late offset=5
grep -q patched /proc/loadavg || fail "not patched with a kprobe on the jump"
expect_hits 1
expect_kept 5 'an enabled'
add_late offset=5 disabled=1
expect_kept 5 'a disabled'
# For who decodes the jump an instruction begins behind it, where none is.
add_late offset=10 disabled=1
expect_kept a 'a disabled'
undo "$id"
kernel_text compare /tmp/before

# The jump is the function's first instruction.
insmod any_probe.ko symbol=tracing_clock_show disabled=1
expect_status 2 ksplice-apply "$clock_file"
expect_output 'vmlinux: tracing_clock_show\+0x0: a disabled kprobe \(its handler is count_hit \[any_probe\]\) is on the bytes'
rmmod any_probe
apply "$clock_file"
grep -q patched /sys/kernel/tracing/trace_clock || fail "not patched"
if insmod any_probe.ko symbol=tracing_clock_show 2>/dev/null; then
	fail "the entry can be probed"
fi
undo "$clock_id"
insmod any_probe.ko symbol=tracing_clock_show
cat /sys/kernel/tracing/trace_clock
expect_hits 1
rmmod any_probe
kernel_text compare /tmp/before
rmmod ksplice
EOG
)
EOS
