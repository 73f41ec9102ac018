#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_parents.sh - an update that builds on another one replaces its functions again, and
# comes and goes in that order only: else it is refused, naming who depends. After each step
# the text is the original but for what is applied

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

${CC:-gcc} -D_GNU_SOURCE -I"$top" -Wall -o "$work/add_parent" "$top/tests/kmod/add_parent.c"

# make_update NUMBER: /proc/loadavg begins with a word, and nanosleep(2) says another one.
# Prints the path of the module.
make_update() {
	local number=$1 update
	make_patch fs/proc/loadavg.c \
		"/^static int loadavg_proc_show(/,/^}/ s/^\tseq_printf(/\tseq_puts(m, \"update$number \");\n&/" \
		"$work/loadavg.patch"
	make_patch kernel/time/hrtimer.c \
		"/^long hrtimer_nanosleep(/,/^}/ s/^\tret = do_nanosleep(/\tpr_info(\"nanosleep $number\\\\n\");\n&/" \
		"$work/nanosleep.patch"
	cat "$work/loadavg.patch" "$work/nanosleep.patch" >"$work/number$number.patch"
	update=$(create_update "$work/number$number.patch")
	tar -xzf "$update" -C "$work"
	echo "$work/$(name_id "$update").ko"
	cp "$work/ksplice-$(name_id "$update")"/*.ko "$work/$(name_id "$update").ko"
}

# find_update MODULE: where in the file its struct ksplice_update is.
find_update() {
	readelf -SW "$1" | awk '{ sub(/^ *\[ *[0-9]+\] /, "") } $1 == ".ksplice.update" { print "0x" $4 }'
}

# add_parent CHILD PARENT
add_parent() {
	local name build
	name=ksplice_$(basename "$2" .ko)
	build=$(readelf -n "$2" | sed -n 's/.*Build ID: //p')
	[ -n "$build" ] || fail "$2: no build-id"
	objcopy --dump-section .ksplice.targets="$work/targets" "$1" "$work/unused"
	"$work/add_parent" "$work/targets" "$1" "$(find_update "$1")" "$name" "$build"
	objcopy --update-section .ksplice.targets="$work/targets" "$1"
}

first=$(make_update 1)
child=$(make_update 2)
third=$(make_update 3)
add_parent "$child" "$first"

# Another build of the parent under the same name.
cp "$child" "$work/wrong.ko"
objcopy --dump-section .ksplice.targets="$work/targets" "$child" "$work/unused"
printf '\377' | dd of="$work/targets" bs=1 seek=$((112 + 72)) conv=notrunc status=none
objcopy --update-section .ksplice.targets="$work/targets" "$work/wrong.ko"

patch_getppid "$work/getppid.patch"
other=$(create_update "$work/getppid.patch")

boot --file "$first" --file "$child" --file "$third" --file "$other" --file "$work/wrong.ko" <<EOS
first=$(basename "$first" .ko)
child=$(basename "$child" .ko)
third=$(basename "$third" .ko)
other=$(name_id "$other")
$(
	cat <<'EOG'
folder=/sys/kernel/ksplice

change() {
	echo "$2" >$folder/$1/state || fail "$1: $2: $(dmesg | tail -n 3)"
}
# refuse_change ERROR ID LINE [REGEX]: it fails so, and dmesg says why.
refuse_change() {
	dmesg -c >/dev/null
	! (echo "$3" >$folder/$2/state) 2>/tmp/error || fail "$2: $3: not refused"
	grep -q "$1" /tmp/error || fail "$2: $3: $(cat /tmp/error)"
	dmesg >/tmp/out
	[ -z "${4-}" ] || expect_output "$4"
}

# expect_force NUMBER TEXT: whose code runs, and what the text is.
expect_force() {
	expect_word $1
	dmesg -c >/dev/null
	usleep 1
	dmesg >/tmp/out
	[ $1 = 0 ] || expect_output "nanosleep $1\$"
	kernel_text compare /tmp/$2 >/tmp/out || fail "not the text of $2: $(cat /tmp/out)"
}

modprobe ksplice
kernel_text save /tmp/none >/dev/null
expect_status 2 ask_core $child.ko
expect_output "ksplice_$first is not loaded|ksplice_$first, which is not loaded"
ask_core $first.ko
expect_status 2 ask_core wrong.ko
expect_output 'build-id'
ask_core $child.ko
expect_force 0 none

# The parent comes first.
refuse_change 'No such file' $child applied "$child: builds on update $first, which is not applied"
refuse_change 'No such file' $child check-applied 'which is not applied'
change $first applied
kernel_text save /tmp/first >/dev/null
expect_force 1 first

# A thread in the parent's code keeps it from being replaced again.
start_sleeper
refuse_change 'temporarily unavailable' $child applied
grep -q "^$sleeper	sleep	.*hrtimer_nanosleep.* \[ksplice_$first\]" $folder/$child/conflicts ||
	fail "$(cat $folder/$child/conflicts)"
expect_force 1 first
end_sleeper

change $child applied
kernel_text save /tmp/child >/dev/null
expect_force 2 child
grep -q "^loadavg_proc_show [0-9]* replaced $child\$" $folder/$first/functions ||
	fail "$(cat $folder/$first/functions)"
grep -q '^loadavg_proc_show [0-9]* replaced$' $folder/$child/functions ||
	fail "$(cat $folder/$child/functions)"
[ "$(cat $folder/$first/depends)" = $child ] || fail "depends"
[ -z "$(cat $folder/$child/depends)" ] || fail "depends of the child"

# And goes last.
refuse_change 'resource busy' $first reversed "$first: update $child builds on it; undo that one first"
refuse_change 'resource busy' $first check-reversed "update $child builds on it"
expect_not rmmod ksplice_$first
expect_not rmmod -f ksplice_$first
expect_force 2 child

# A stranger is no child.
ask_core $third.ko
refuse_change 'File exists' $third applied "update $child already replaces it"

# Back and forth.
change $child reversed
expect_force 1 first
expect_not rmmod -f ksplice_$first
change $first reversed
expect_force 0 none
change $first applied
change $child applied
expect_force 2 child

# The child takes over from others, and not from its parent.
apply ksplice-$other.tar.gz
change $child reversed
change $child 'applied replace'
[ "$(cat $folder/$first/state) $(cat $folder/$other/state)" = 'applied reversed' ] || fail "replace of the child"
expect_force 2 child

# A stranger takes over from both.
change $third 'applied replace'
[ "$(cat $folder/$first/state) $(cat $folder/$child/state)" = 'reversed reversed' ] || fail "replace of both"
kernel_text save /tmp/third >/dev/null
expect_force 3 third
change $third reversed
expect_force 0 none
expect_not rmmod ksplice_$first
rmmod ksplice_$child
rmmod ksplice_$first
change $third applied
expect_force 3 third
change $third reversed
expect_force 0 none
EOG
)
EOS
