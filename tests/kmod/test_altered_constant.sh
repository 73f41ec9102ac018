#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_altered_constant.sh - a constant to be replaced in place that is not as linked is
# refused with the place, and so is undo when it is not what the update wrote; a thread
# that is in the way of a function keeps the constant from being changed as well

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

build_modules "$top/tests/kmod/alter"

# The table of a file, and a function in which a thread can sleep.
make_patch fs/eventfd.c \
	'/^static const struct file_operations eventfd_fops = {/,/^};/ s/noop_llseek/default_llseek/' \
	"$work/table.patch"
patch_nanosleep "$work/nanosleep.patch"
cat "$work/table.patch" "$work/nanosleep.patch" >"$work/both.patch"
update=$(create_update "$work/both.patch")

# Its last byte, in a member that nobody reads.
size=$(nm -S "$tree/vmlinux" | awk '$4 == "eventfd_fops" { print $2 }')
[ -n "$size" ] || fail "vmlinux has no eventfd_fops"

boot --file "$update" --file "$work/alter/alter.ko" <<EOS
id=$(name_id "$update")
last=$((0x$size - 1))
$(
	cat <<'EOG'
file=ksplice-$id.tar.gz
place=$(printf 'eventfd_fops\\+0x%x' $last)
start=$(awk '$3 == "eventfd_fops" { print $1 }' /proc/kallsyms)

alter() {
	insmod alter.ko address=$(printf '0x%x' $((0x$start + last)))
}

modprobe ksplice
kernel_text save /tmp/before

# Not as linked: at load, and when it is changed between load and apply.
alter
expect_status 1 kernel_text compare /tmp/before
expect_output "^1 bytes differ, the first at $place:"
expect_status 2 ksplice-apply "$file"
expect_output "$place: memory has ff, but the build has 00"
[ ! -e /sys/kernel/ksplice/$id ] || fail "in sysfs"
rmmod alter
kernel_text compare /tmp/before

# A thread in the old code, then in the new: neither function nor constant changes.
start_sleeper
expect_status 4 ksplice-apply --deadline 0.5 "$file"
expect_output "sleep \(pid $sleeper\) is in hrtimer_nanosleep"
kernel_text compare /tmp/before || fail "changed by an attempt that failed"
end_sleeper
apply "$file"
kernel_text save /tmp/after
start_sleeper
expect_status 4 ksplice-undo --deadline 0.5 $id
expect_output "sleep \(pid $sleeper\) is in"
kernel_text compare /tmp/after || fail "changed by an undo that failed"
end_sleeper

# Not what the update wrote.
alter
expect_status 2 ksplice-undo $id
expect_output "$place: memory has ff, but should have 00"
[ "$(cat /sys/kernel/ksplice/$id/state)" = applied ] || fail "no longer applied"
rmmod alter
kernel_text compare /tmp/after
undo $id
kernel_text compare /tmp/before
rmmod ksplice
EOG
)
EOS
