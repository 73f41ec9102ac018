#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_refusals.sh - what ksplice-apply and ksplice.ko refuse, each with its reason: a
# damaged file, two updates for one function, a jump that somebody else has changed,
# the unloading of an applied update, a load without ksplice-apply. What ksplice-apply
# refuses before it asks ksplice.ko, that one is asked directly

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

build_modules "$top/tests/kmod/alter"
# A function that runs only when somebody reads a file: its jump will be damaged.
patch_loadavg "$work/one.patch"
sed 's/patched/mended/' "$work/one.patch" >"$work/two.patch"
one=$(create_update "$work/one.patch")
two=$(create_update "$work/two.patch")

boot --file "$one" --file "$two" --file "$work/one.patch" \
	--file "$work/alter/alter.ko" <<EOS
one=$(name_id "$one")
two=$(name_id "$two")
$(
	cat <<'EOG'
file=ksplice-$one.tar.gz
modprobe ksplice
kernel_text save /tmp/before

# Files that are no update.
expect_status 1 ksplice-apply /nowhere.tar.gz
expect_output 'No such file'
expect_status 1 ksplice-apply one.patch
expect_output 'damaged, or not an update'
head -c 1000 "$file" >/tmp/cut.tar.gz
expect_status 1 ksplice-apply /tmp/cut.tar.gz
expect_output 'damaged, or not an update'
expect_status 1 ksplice-apply
expect_status 1 ksplice-apply --deadline soon "$file"
expect_output deadline

# The update's module without what ksplice-apply prepares.
tar -xzf "$file" -C /tmp
! insmod "/tmp/ksplice-$one/ksplice-$one-vmlinux.ko" || fail "loaded without its symbols"
[ ! -e /sys/kernel/ksplice/$one ] || fail "in sysfs without its symbols"
kernel_text compare /tmp/before
module=/tmp/ksplice-$one/ksplice-$one-vmlinux.ko
expect_status 1 ask_core $module -
head -c 100 $module >/tmp/short.list
expect_status 2 ask_core $module /tmp/short.list
cat /tmp/out
expect_output '^list: ' '^symbol list: is not a symbol list'
kernel_text compare /tmp/before

# What is asked of an update's state, by who asks no ksplice-apply.
expect_status 0 ask_core $module
state=/sys/kernel/ksplice/$one/state
write_state() {
	sh -c "echo '$1' >$state"
}
expect_status 1 write_state reversed
expect_output 'already in progress'
expect_status 1 write_state nonsense
expect_output 'Invalid argument'
expect_status 1 write_state 'applied nonsense'
expect_status 0 write_state check-applied
[ "$(cat $state)" = loaded ] || fail "a check changed the state"
kernel_text compare /tmp/before
expect_status 0 write_state applied
expect_status 1 write_state applied
expect_output 'already in progress'
# The kernel itself loads no second module of a name.
expect_status 1 ask_core $module
expect_output '^module: File exists'
[ "$(cat $state)" = applied ] || fail "no longer applied"
expect_status 0 write_state reversed
rmmod ksplice_$one
kernel_text compare /tmp/before

# Two updates for one function.
apply "$file"
expect_status 2 ksplice-apply "ksplice-$two.tar.gz"
expect_output "update $one already replaces it"

# The module cannot go while it is applied; it is a user of ksplice.ko.
expect_status 1 rmmod ksplice_$one
expect_status 1 rmmod ksplice
[ "$(cat /sys/kernel/ksplice/$one/state)" = applied ] || fail "no longer applied"

# A kprobe on the jump itself, by address: the update may have a function of that name. The
# kernel refuses it as long as the update is applied.
function=$(head -n 1 /sys/kernel/ksplice/$one/functions | cut -d' ' -f1)
start=$(awk -v name="$function" 'NF == 3 && $3 == name { print $1 }' /proc/kallsyms)
probe=$(printf 'p:jump 0x%x' $((0x$start + 5)))
events=/sys/kernel/tracing/kprobe_events
! echo "$probe" >$events || fail "there is a kprobe on the jump"
[ "$(cat /sys/kernel/ksplice/$one/state)" = applied ] || fail "no longer applied"

# The core, of the second one.
tar -xzf "ksplice-$two.tar.gz" -C /tmp
status=0
ask_core "/tmp/ksplice-$two/ksplice-$two-vmlinux.ko" >/tmp/out 2>&1 || status=$?
if [ $status = 0 ]; then # it may be loaded, and not applied
	expect_status 1 sh -c "echo applied >/sys/kernel/ksplice/$two/state"
	[ "$(cat /sys/kernel/ksplice/$two/state)" = loaded ] || fail "both are applied"
	rmmod ksplice_$two
else
	[ $status = 2 ] || fail "no reason: $(cat /tmp/out)"
	expect_output "update $one already replaces it"
fi

# The jump itself is changed by somebody, as a bit error would.
function=$(head -n 1 /sys/kernel/ksplice/$one/functions | cut -d' ' -f1)
start=$(awk -v name="$function" 'NF == 3 && $3 == name { print $1 }' /proc/kallsyms)
insmod alter.ko address=$(printf '0x%x' $((0x$start + 5)))
expect_status 2 ksplice-undo $one
cat /tmp/out
expect_output "$function\+0x5"
expect_status 1 write_state reversed
[ "$(cat $state)" = applied ] || fail "no longer applied"
rmmod alter
undo $one
echo "$probe" >$events || fail "no kprobe can be where the jump was"
echo >$events
apply "ksplice-$two.tar.gz"
undo $two
kernel_text compare /tmp/before
rmmod ksplice
EOG
)
EOS
