#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_constant.sh - a table of operations is changed where it is, with files open across
# apply and undo: old files have the new behaviour, new files the old one after undo, the
# kernel goes on taking both for what they are, and undo puts back every byte. Constants
# without a function, and with one; with strings that stay the kernel's own; and with a new
# string, which cannot be undone

# shellcheck source-path=SCRIPTDIR source=session.sh
. "$(dirname "$(readlink -f "$0")")/session.sh"

# noop_llseek leaves a file where it is; default_llseek goes where it is told.
change_table='/^static const struct file_operations eventfd_fops = {/,/^};/ s/noop_llseek/default_llseek/'
make_patch fs/eventfd.c "$change_table" "$work/table.patch"
table=$(create_update "$work/table.patch")

# The same with the function that compares a file's table with this one.
make_patch fs/eventfd.c "$change_table; "'/^struct eventfd_ctx \*eventfd_ctx_fileget(/,/^}/ s/^\tif (file->f_op != &eventfd_fops)/\tpr_info("new eventfd_ctx_fileget\\n");\n&/' "$work/both.patch"
both=$(create_update "$work/both.patch")

tar -xzf "$table" -C "$work"
nm "$work"/ksplice-*/*.ko | grep -q ' eventfd_fops.ksplice$' || fail "no new content in the update"

# A table with a name in each entry, of which one has another mode: no name travels.
make_patch fs/proc/base.c \
	'/^static const struct pid_entry tgid_base_stuff/,/^};/ s/ONE("status",\( *\)S_IRUGO/ONE("status",\1S_IRUSR/' \
	"$work/mode.patch"
mode=$(create_update "$work/mode.patch")

# A table of strings, with a new one.
make_patch fs/proc/array.c \
	'/^static const char \* const task_state_array/,/^};/ s/S (sleeping)/S (dozing)/' \
	"$work/string.patch"
string=$(create_update "$work/string.patch")

boot --file "$table" --file "$both" --file "$mode" --file "$string" <<EOS
table=$(name_id "$table")
both=$(name_id "$both")
mode=$(name_id "$mode")
string=$(name_id "$string")
$(
	cat <<'EOG'
# ask WORD ANSWER: what event_files says
ask() {
	local answer
	echo "$1" >&3
	read -r answer <&4
	[ "$answer" = "$2" ] || fail "$1: $answer instead of $2"
}

modprobe ksplice
kernel_text save /tmp/before
mkfifo /tmp/words /tmp/answers
event_files </tmp/words >/tmp/answers &
exec 3>/tmp/words 4</tmp/answers
ask seek 0
ask aio event

apply "ksplice-$table.tar.gz"
cat /tmp/out
expect_output '0 functions, 1 constant,'
grep -qE '^eventfd_fops [0-9]+$' /sys/kernel/ksplice/$table/constants || fail "constants in sysfs"
[ -z "$(cat /sys/kernel/ksplice/$table/functions)" ] || fail "functions in sysfs"
expect_status 0 ksplice-view --json $table
expect_output '"constants"' '"name": "eventfd_fops"'
expect_status 0 ksplice-view $table
expect_output 'constants: 1' '^  eventfd_fops$'
! kernel_text compare /tmp/before >/tmp/out || fail "nothing changed"
expect_output 'the first at eventfd_fops\+0x8'
ask seek 7
ask open ''
ask seek '7 7'
ask aio 'event event'

# The table is this update's.
expect_status 2 ksplice-apply "ksplice-$both.tar.gz"
expect_output "eventfd_fops: update $table already replaces it"

undo $table
kernel_text compare /tmp/before
ask seek '0 0'
ask aio 'event event'

for cycle in 1 2 3; do
	apply "ksplice-$both.tar.gz"
	expect_output '[12] functions?, 1 constant,'
	ask seek '7 7'
	ask aio 'event event'
	[ "$(dmesg | grep -c 'new eventfd_ctx_fileget')" = $((2 * cycle)) ] || fail "cycle $cycle: not the new function"
	undo $both
	kernel_text compare /tmp/before >/tmp/out || fail "cycle $cycle: $(cat /tmp/out)"
	ask seek '0 0'
	ask aio 'event event'
done
exec 3>&- 4<&-

# expect_process MODE STATE: the status file of a new process.
expect_process() {
	local sleeper
	sleep 1000 &
	sleeper=$!
	wait_until grep -q "^State:.$2\$" /proc/$sleeper/status
	[ "$(stat -c %a /proc/$sleeper/status)" = "$1" ] || fail "status of mode $(stat -c %a /proc/$sleeper/status)"
	[ "$(cat /proc/$sleeper/comm)" = sleep ] || fail "the names of files in /proc"
	kill $sleeper
	wait $sleeper || true
}

expect_process 444 'S (sleeping)'
apply "ksplice-$mode.tar.gz"
expect_output '0 functions, 1 constant,'
expect_process 400 'S (sleeping)'
undo $mode
kernel_text compare /tmp/before
expect_process 444 'S (sleeping)'
apply "ksplice-$string.tar.gz"
expect_process 444 'S (dozing)'
expect_status 2 ksplice-undo $string
expect_output 'cannot be reversed'
expect_process 444 'S (dozing)'
EOG
)
EOS
