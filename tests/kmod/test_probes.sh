#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_probes.sh - kprobes and updates keep off each other's bytes: a kprobe where the jump
# is to be written refuses the update, disabled or not; none can be placed there while the
# update is applied; all others go on to work, and each fires at the right instruction
# when the update is gone

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

patch_loadavg "$work/loadavg.patch"
update=$(create_update "$work/loadavg.patch")

# Where its instructions begin.
objdump -d --no-show-raw-insn --disassemble=loadavg_proc_show "$tree/vmlinux" |
	sed -n 's/^\([0-9a-f]\{16\}\):.*/\1/p' |
	while read -r address; do
		: "${first:=$address}"
		echo $((0x$address - 0x$first))
	done >"$work/borders"
# One in the middle of the jump, one behind it, and a place that is one only for who
# decodes the jump itself.
inside=$(awk '$1 > 5 && $1 < 10 { print; exit }' "$work/borders")
behind=$(awk '$1 >= 10 { print; exit }' "$work/borders")
if [ -z "$inside" ] || [ "$behind" -le 10 ]; then
	fail "loadavg_proc_show begins otherwise than thought"
fi

boot --file "$update" <<EOS
id=$(name_id "$update")
inside=$inside
behind=$behind
$(
	cat <<'EOG'
file=ksplice-$id.tar.gz
tracing=/sys/kernel/tracing

# add_probe NAME OFFSET: disabled. remove_probes: all.
add_probe() {
	echo "p:$1 loadavg_proc_show+$2" >>$tracing/kprobe_events
}

enable_probe() {
	echo 1 >$tracing/events/kprobes/"$1"/enable
}

disable_probe() {
	echo 0 >$tracing/events/kprobes/"$1"/enable
}

remove_probes() {
	[ ! -d $tracing/events/kprobes ] || echo 0 >$tracing/events/kprobes/enable
	echo >$tracing/kprobe_events
}

# expect_no_probe OFFSET: the kernel refuses a probe there.
expect_no_probe() {
	if add_probe refused "$1" 2>/dev/null; then
		fail "loadavg_proc_show+$1 can be probed"
	fi
}

# expect_hits NAME COUNT: one call makes the probe fire so often.
expect_hits() {
	local hits
	echo >$tracing/trace
	cat /proc/loadavg >/tmp/loadavg
	hits=$(grep -c " $1: (.*loadavg_proc_show" $tracing/trace || true)
	[ "$hits" = "$2" ] || fail "the probe $1 fired $hits times instead of $2"
}

is_optimised() {
	grep -q "loadavg_proc_show+0x.*OPTIMIZED" /sys/kernel/debug/kprobes/list
}

modprobe ksplice
kernel_text save /tmp/before

# On the bytes of the jump, disabled and enabled. The message says which, and whose.
for offset in 5 $inside; do
	place=$(printf 'vmlinux: loadavg_proc_show\\+0x%x' $offset)
	add_probe early $offset
	expect_status 2 ksplice-apply "$file"
	expect_output "$place: a disabled kprobe \(its handler is kprobe_dispatcher\) is on the bytes"
	enable_probe early
	expect_hits early 1
	expect_status 2 ksplice-apply "$file"
	expect_output "$place: "
	remove_probes
done
# The refusals gave back what they had reserved, and a removed probe is gone at once.
kernel_text compare /tmp/before
add_probe again 5
enable_probe again
wait_until is_optimised
expect_hits again 1
remove_probes
apply "$file"
undo "$id"
rmmod "ksplice_$id" 2>/dev/null || true
kernel_text compare /tmp/before

# Behind the jump: an enabled one would no longer fire, a disabled one may stay.
add_probe late $behind
enable_probe late
wait_until is_optimised
expect_hits late 1
expect_status 2 ksplice-apply "$file"
expect_output "vmlinux: loadavg_proc_show\+0x[0-9a-f]*: "
disable_probe late
# A kretprobe and a kprobe at the entry work in any case.
echo 'r:back loadavg_proc_show' >>$tracing/kprobe_events
enable_probe back
expect_hits back 1
apply "$file"
expect_hits back 1
echo 'p:entry loadavg_proc_show' >>$tracing/kprobe_events
enable_probe entry
expect_hits entry 1
expect_hits back 1
grep -q patched /tmp/loadavg || fail "not patched"

# While it is applied nothing can be placed on the old code. Through the jump, 10 looks
# like the beginning of an instruction.
for offset in 5 $inside 10 $behind; do
	[ $offset = $behind ] || expect_no_probe $offset
done
expect_status 0 grep loadavg_proc_show /sys/kernel/debug/kprobes/blacklist
# The one from before does nothing, and is right again when the update is gone.
enable_probe late
expect_hits late 0
disable_probe late
enable_probe late
undo "$id"
expect_hits late 1
expect_hits entry 1
expect_hits back 1
! grep -q patched /tmp/loadavg || fail "still patched"
if grep -q loadavg_proc_show /sys/kernel/debug/kprobes/blacklist; then
	fail "the reservation outlives the update"
fi
remove_probes
kernel_text compare /tmp/before
for offset in 5 $inside $behind; do
	add_probe free$offset $offset
	enable_probe free$offset
	expect_hits free$offset 1
done
remove_probes
expect_no_probe 10

# A thread could be on the detour of an optimised one in the new code, unseen.
apply "$file"
echo "p:new ksplice_$id:loadavg_proc_show.ksplice+5" >>$tracing/kprobe_events
enable_probe new
wait_until grep -q 'loadavg_proc_show.ksplice.*OPTIMIZED' /sys/kernel/debug/kprobes/list
expect_hits new 1
expect_status 2 ksplice-undo "$id"
expect_output 'loadavg_proc_show.ksplice\+0x5/0x[0-9a-f]+ .*an enabled kprobe .*detour'
expect_hits new 1
disable_probe new
undo "$id"
remove_probes
kernel_text compare /tmp/before

# Probes come and go while updates do. Who is late is refused, and no byte is lost.
add_and_remove() {
	while [ ! -e /tmp/enough ]; do
		for offset in 5 $inside $behind; do
			if add_probe racing$offset $offset; then
				enable_probe racing$offset || true
				cat /proc/loadavg
			fi
			[ ! -d $tracing/events/kprobes ] || echo 0 >$tracing/events/kprobes/enable
			echo >$tracing/kprobe_events || true
			usleep 200000
		done
	done >/dev/null 2>&1
}

add_and_remove &
racer=$!
applied=0
refused=0
while [ $applied -lt 5 ]; do
	status=0
	ksplice-apply "$file" >/tmp/out 2>&1 || status=$?
	case $status in
	0) applied=$((applied + 1)) ;;
	2) refused=$((refused + 1)) && continue ;;
	*) fail "ksplice-apply ended with $status: $(cat /tmp/out)" ;;
	esac
	grep -q patched /proc/loadavg || fail "applied and not in force"
	while ! ksplice-undo "$id" >/tmp/out 2>&1; do
		grep -qE 'kprobe|is in ' /tmp/out || fail "undo: $(cat /tmp/out)"
	done
	if grep -q patched /proc/loadavg; then
		fail "undone and in force"
	fi
done
echo "applied $applied times, refused $refused times"
touch /tmp/enough
wait $racer || true
remove_probes
wait_until kernel_text compare /tmp/before
rmmod ksplice
EOG
)
EOS
