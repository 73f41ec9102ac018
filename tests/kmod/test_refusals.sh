#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_refusals.sh - what ksplice-apply and ksplice.ko refuse, each with its reason: a
# damaged file, two updates for one function, a kprobe on the jump,
# the unloading of an applied update, a load without ksplice-apply

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

patch_getppid "$work/one.patch"
sed 's/1000000/2000000/' "$work/one.patch" >"$work/two.patch"
one=$(create_update "$work/one.patch")
two=$(create_update "$work/two.patch")

boot --file "$one" --file "$two" --file "$work/one.patch" <<EOS
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
expect_output 'damaged or no update'
head -c 1000 "$file" >/tmp/cut.tar.gz
expect_status 1 ksplice-apply /tmp/cut.tar.gz
expect_output 'damaged or no update'
expect_status 1 ksplice-apply
expect_status 1 ksplice-apply --deadline soon "$file"
expect_output deadline

# The update's module without what ksplice-apply prepares.
tar -xzf "$file" -C /tmp
! insmod "/tmp/ksplice-$one/ksplice-$one-vmlinux.ko" || fail "loaded without its symbols"
[ ! -e /sys/kernel/ksplice/$one ] || fail "in sysfs without its symbols"
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
