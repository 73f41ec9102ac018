#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_stacking.sh - updates that replace the same functions and constants: refused, unless
# the second takes over from the first in one stop; after each step text and constants are
# the original but for what is applied. The order of the hooks of both, and what is undone
# when one refuses. Checks that change nothing leave no trace

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

# write_hooks NUMBER: all ten, each adds the number and a letter to the domain name: large
# for apply, small for reverse. The sysctl kernel.panic says which one refuses: the number
# of the update and of the hook in the order of the calls.
write_hooks() {
	sed "s/NUMBER/$1/g" <<'EOC'
#include <ksplice.h>
#include <linux/utsname.h>
static int hook_note(char letter, int number)
{
	char *line = init_uts_ns.name.domainname;
	size_t size = strnlen(line, __NEW_UTS_LEN);

	if (size > __NEW_UTS_LEN - 3)
		return 0;
	line[size] = '0' + NUMBER;
	line[size + 1] = letter;
	line[size + 2] = 0;
	return panic_timeout == 10 * NUMBER + number ? -EPERM : 0;
}
static int hook_pre_apply(void) { return hook_note('P', 1); }
static int hook_check_apply(void) { return hook_note('C', 2); }
static void hook_apply(void) { hook_note('A', 0); }
static void hook_post_apply(void) { hook_note('N', 0); }
static void hook_fail_apply(void) { hook_note('F', 0); }
static int hook_pre_reverse(void) { return hook_note('p', 1); }
static int hook_check_reverse(void) { return hook_note('c', 2); }
static void hook_reverse(void) { hook_note('a', 0); }
static void hook_post_reverse(void) { hook_note('n', 0); }
static void hook_fail_reverse(void) { hook_note('f', 0); }
ksplice_pre_apply(hook_pre_apply);
ksplice_check_apply(hook_check_apply);
ksplice_apply(hook_apply);
ksplice_post_apply(hook_post_apply);
ksplice_fail_apply(hook_fail_apply);
ksplice_pre_reverse(hook_pre_reverse);
ksplice_check_reverse(hook_check_reverse);
ksplice_reverse(hook_reverse);
ksplice_post_reverse(hook_post_reverse);
ksplice_fail_reverse(hook_fail_reverse);
EOC
}

# make_update NUMBER LLSEEK: /proc/loadavg begins with a word, and eventfd's table has another
# entry; with hooks.
make_update() {
	local word=$1 llseek=$2
	write_hooks "$word" >"$work/code.c"
	make_patch fs/proc/loadavg.c "/^static int __init proc_loadavg_init(/{
e cat $work/code.c
}
/^static int loadavg_proc_show(/,/^}/ s/^\tseq_printf(/\tseq_puts(m, \"update$word \");\n&/" \
		"$work/loadavg.patch"
	make_patch fs/eventfd.c \
		"/^static const struct file_operations eventfd_fops = {/,/^};/ s/noop_llseek/$llseek/" \
		"$work/table.patch"
	cat "$work/loadavg.patch" "$work/table.patch" >"$work/number$word.patch"
}

make_update 1 default_llseek
first=$(create_update "$work/number1.patch")

# The second also has what the first has not, and another update has that too.
make_update 2 no_llseek
patch_getppid "$work/getppid.patch"
cat "$work/getppid.patch" >>"$work/number2.patch"
second=$(create_update "$work/number2.patch")
other=$(create_update "$work/getppid.patch")

for update in "$first" "$second" "$other"; do
	tar -xzf "$update" -C "$work"
	cp "$work/ksplice-$(name_id "$update")"/*.ko "$work/$(name_id "$update").ko"
done

# Each file in sysfs is documented, and what is documented is there.
sed -n 's|^## /sys/kernel/ksplice/ID/||p' "$top/docs/ABI-sysfs.md" | sort >"$work/documented"

boot --file "$work/documented" --file "$work/$(name_id "$first").ko" --file "$work/$(name_id "$second").ko" \
	--file "$work/$(name_id "$other").ko" <<EOS
first=$(name_id "$first")
second=$(name_id "$second")
other=$(name_id "$other")
$(
	cat <<'EOG'
folder=/sys/kernel/ksplice

# change ID LINE: writes to its state; try_change gives the status.
try_change() {
	echo "$2" >$folder/$1/state
}
change() {
	try_change "$@" || fail "$1: $2: refused"
}
# refuse_change ERROR ID LINE REGEX...: it fails so, and dmesg says why.
refuse_change() {
	local error=$1 id=$2 line=$3
	shift 3
	dmesg -c >/dev/null
	! try_change "$id" "$line" 2>/tmp/error || fail "$id: $line: not refused"
	grep -q "$error" /tmp/error || fail "$id: $line: $(cat /tmp/error)"
	dmesg >/tmp/out
	[ $# = 0 ] || expect_output "$@"
}

expect_state() {
	[ "$(cat $folder/$1/state)" = "$2" ] || fail "$1: $(cat $folder/$1/state), not $2"
}

# What getppid(2) says.
ask_parent() {
	sh -c 'echo $PPID'
}

expect_text() {
	kernel_text compare /tmp/$1 >/tmp/out || fail "not the text of $1: $(cat /tmp/out)"
}

# expect_hooks LETTERS: those that were called since the last time.
expect_hooks() {
	local line
	line=$(cat /proc/sys/kernel/domainname)
	echo '' >/proc/sys/kernel/domainname
	[ "$line" = "$1" ] || fail "hooks: $line, not $1"
}

# refusing NUMBER COMMAND...: with that hook refusing.
refusing() {
	echo $1 >/proc/sys/kernel/panic
	shift
	"$@"
	echo 0 >/proc/sys/kernel/panic
}

modprobe ksplice
echo '' >/proc/sys/kernel/domainname
kernel_text save /tmp/none >/dev/null
for id in $first $second $other; do
	ask_core $id.ko
	expect_state $id loaded
done
ls $folder/$first | sort >/tmp/files
diff documented /tmp/files || fail "docs/ABI-sysfs.md and sysfs have not the same files"
[ "$(cat $folder/$first/hooks | wc -l)" = 10 ] || fail "hooks in sysfs"
grep -qx 'pre_apply hook_pre_apply.*' $folder/$first/hooks || fail "hooks in sysfs"
[ "$(cat $folder/$first/parts)" = "vmlinux loaded ksplice_$first" ] || fail "parts in sysfs"
expect_text none

# A check changes nothing.
change $first check-applied
expect_state $first loaded
expect_hooks 1P1C1F
expect_text none
expect_word 0
refuse_change 'Operation already in progress' $first check-reversed
refuse_change 'Invalid argument' $first 'applied nonsense' "'nonsense' is not an option here"
refuse_change 'Invalid argument' $first 'reversed replace' "'replace' is not an option here"
refuse_change 'Invalid argument' $first 'applied replace replace' "'replace' is not an option"
refuse_change 'Invalid argument' $first '' "'' is not applied"
expect_hooks ''

before=$(date +%s)
change $first applied
[ "$(cat $folder/$first/changed_at)" -ge "$before" ] || fail "when"
expect_hooks 1P1C1A1N
expect_state $first applied
expect_word 1
kernel_text save /tmp/first >/dev/null

# The second replaces the same.
refuse_change 'File exists' $second applied "update $first already replaces it"
refuse_change 'File exists' $second check-applied "update $first already replaces it"
expect_hooks ''
expect_state $second loaded
expect_text first

# It takes over; nothing of that happens if a hook refuses, or if it is a check.
change $second 'check-applied replace'
expect_hooks 1p2P1c2C2F1f
refusing 11 refuse_change 'canceled' $second 'applied replace' 'hook_pre_reverse.*refused'
expect_hooks 1p1f
refusing 21 refuse_change 'canceled' $second 'applied replace' 'hook_pre_apply.*refused'
expect_hooks 1p2P2F1f
refusing 12 refuse_change 'canceled' $second 'applied replace' 'hook_check_reverse.*refused'
expect_hooks 1p2P1c2F1f
refusing 22 refuse_change 'canceled' $second 'applied replace' 'hook_check_apply.*refused'
expect_hooks 1p2P1c2C2F1f
expect_text first
expect_state $first applied
expect_state $second loaded
expect_word 1

change $other applied
change $second 'applied replace'
expect_hooks 1p2P1c2C1a2A1n2N
expect_state $first reversed
expect_state $other reversed
expect_state $second applied
[ "$(cat $folder/$first/replaced_by)" = $second ] || fail "who replaced it"
[ "$(cat $folder/$second/replaced_by)" = '' ] || fail "who replaced it"
expect_word 2
[ "$(ask_parent)" -gt 1000000 ] || fail "getppid is not the second's"
kernel_text save /tmp/second >/dev/null
refuse_change 'Operation already in progress' $first reversed
refuse_change 'Operation already in progress' $second 'applied replace'
refuse_change 'File exists' $other applied "update $second already replaces it"

# The replaced ones can go; what is in force is the second's.
rmmod ksplice_$first
rmmod ksplice_$other
expect_text second
expect_word 2

# Back to the first, and from there to nothing, with the second there or not.
ask_core $first.ko
echo '' >/proc/sys/kernel/domainname
change $first 'applied replace'
expect_hooks 2p1P2c1C2a1A2n1N
expect_word 1
[ "$(ask_parent)" -lt 1000000 ] || fail "getppid is still the second's"
change $first 'check-reversed'
expect_text first
change $first reversed
expect_text none
expect_word 0
change $second applied
expect_text second
change $second reversed
expect_text none
change $first applied
expect_text first
change $first reversed
expect_text none
rmmod ksplice_$second
rmmod ksplice_$first
[ -z "$(find $folder -mindepth 1 -type d)" ] || fail "still in sysfs"
rmmod ksplice
EOG
)
EOS
