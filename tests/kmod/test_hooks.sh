#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_hooks.sh - the ten hooks are called when ksplice.h says, in the context that it says,
# in the order of their lines, and nothing has changed when one refuses. And the example of
# docs/patch-author-guide.md: an initial value, changed by an apply hook and put back by a
# reverse hook, in an update that replaces no function

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

# Each hook adds a letter to a line, which is printed when it is all over: small where it may
# sleep, large where the machine is stopped, and a digit where the new code is there. The
# sysctl kernel.panic says which hook refuses, and from 10 on that it asks for more time.
cat >"$work/code.c" <<'EOC'
#include <ksplice.h>
#include <linux/preempt.h>
static char hook_line[64];
static void hook_note(char letter)
{
	u8 *code = (u8 *)loadavg_proc_show;
	bool is_new;
	bool may_sleep = !irqs_disabled() && preemptible();

	/* Behind the slot of the tracer is the jump, or not. */
	OPTIMIZER_HIDE_VAR(code);
	is_new = code[5] == 0xe9;
	snprintf(hook_line + strlen(hook_line), sizeof(hook_line) - strlen(hook_line),
		"%c%s", may_sleep ? letter : toupper(letter), is_new ? "1" : "0");
}
static void hook_say(char letter)
{
	hook_note(letter);
	pr_info("hooks: %s\n", hook_line);
	hook_line[0] = 0;
}
static int hook_ask(char letter, int number)
{
	hook_note(letter);
	if (panic_timeout % 10 != number)
		return 0;
	return panic_timeout < 10 ? -EPERM : -EAGAIN;
}
static int hook_pre_apply(void) { return hook_ask('p', 1); }
static int hook_check_apply(void) { return hook_ask('c', 2); }
static void hook_apply_first(void) { hook_note('a'); }
static void hook_apply_second(void) { hook_note('b'); }
static void hook_post_apply(void) { hook_say('+'); }
static void hook_fail_apply(void) { hook_say('f'); }
static int hook_pre_reverse(void) { return hook_ask('q', 3); }
static int hook_check_reverse(void) { return hook_ask('d', 4); }
static void hook_reverse(void) { hook_note('r'); }
static void hook_post_reverse(void) { hook_say('-'); }
static void hook_fail_reverse(void) { hook_say('g'); }
ksplice_fail_reverse(hook_fail_reverse);
ksplice_apply(hook_apply_first);
ksplice_apply(hook_apply_second);
ksplice_pre_apply(hook_pre_apply);
ksplice_check_apply(hook_check_apply);
ksplice_post_apply(hook_post_apply);
ksplice_fail_apply(hook_fail_apply);
ksplice_pre_reverse(hook_pre_reverse);
ksplice_check_reverse(hook_check_reverse);
ksplice_reverse(hook_reverse);
ksplice_post_reverse(hook_post_reverse);
EOC
make_patch fs/proc/loadavg.c "/^static int __init proc_loadavg_init(/{
e cat $work/code.c
}
/^static int loadavg_proc_show(/,/^}/ s/^\tseq_printf(/\tseq_puts(m, \"patched \");\n&/" "$work/hooks.patch"
hooks=$(create_update "$work/hooks.patch")

# The example of the guide.
value=$(create_update "$top/docs/examples/initial-value.patch")

boot --file "$hooks" --file "$value" <<EOS
hooks=$(name_id "$hooks")
value=$(name_id "$value")
$(
	cat <<'EOG'
expect_hooks() {
	dmesg -c >/tmp/out
	[ "$(sed -n 's/.*hooks: //p' /tmp/out | uniq)" = "$1" ] || fail "hooks: not $1: $(cat /tmp/out)"
}

expect_patched() {
	local word
	read -r word _ </proc/loadavg
	if [ "$word" = patched ]; then word=yes; else word=no; fi
	[ $word = "$1" ] || fail "patched: $word"
}

# refuse SYSCTL-VALUE COMMAND...
refuse() {
	echo $1 >/proc/sys/kernel/panic
	shift
	expect_status 2 "$@"
	echo 0 >/proc/sys/kernel/panic
}

modprobe ksplice
kernel_text save /tmp/before
dmesg -c >/dev/null
for cycle in 1 2; do
	refuse 1 ksplice-apply ksplice-$hooks.tar.gz
	expect_output 'hook_pre_apply.*refused: error -1'
	expect_hooks 'p0f0'
	refuse 2 ksplice-apply ksplice-$hooks.tar.gz
	expect_output 'hook_check_apply.*refused: error -1'
	expect_hooks 'p0C0f0'
	expect_patched no
	kernel_text compare /tmp/before >/tmp/out || fail "$(cat /tmp/out)"

	apply ksplice-$hooks.tar.gz
	expect_hooks 'p0C0A1B1+1'
	expect_patched yes

	refuse 3 ksplice-undo $hooks
	expect_output 'hook_pre_reverse.*refused: error -1'
	expect_hooks 'q1g1'
	refuse 4 ksplice-undo $hooks
	expect_output 'hook_check_reverse.*refused: error -1'
	expect_hooks 'q1D1g1'
	expect_patched yes
	undo $hooks
	expect_hooks 'q1D1R0-0'
	expect_patched no
	kernel_text compare /tmp/before >/tmp/out || fail "$(cat /tmp/out)"
done

# A hook that asks for more time gets it: pre hooks are called again each time.
echo 12 >/proc/sys/kernel/panic
was_refused() {
	dmesg | grep -q 'hooks: p0C0f0'
}
(wait_until was_refused; echo 0 >/proc/sys/kernel/panic) &
apply --deadline 120 ksplice-$hooks.tar.gz
expect_hooks "$(printf 'p0C0f0\np0C0A1B1+1')"
undo $hooks
dmesg -c >/dev/null

# One that does not get enough says who it was.
echo 12 >/proc/sys/kernel/panic
expect_status 4 ksplice-apply --deadline 0.2 ksplice-$hooks.tar.gz
expect_output 'gave up after 0.2 s and [0-9]+ attempts' 'hook_check_apply.*error -11' \
	'hint: try again later'
expect_not grep 'thread finish' /tmp/out
expect_status 4 ksplice-apply --json --deadline 0 ksplice-$hooks.tar.gz
expect_output '"result": "busy"' '"reason": "not-yet"' '"message": .*hook_check_apply'
echo 0 >/proc/sys/kernel/panic
apply ksplice-$hooks.tar.gz
echo 14 >/proc/sys/kernel/panic
expect_status 4 ksplice-undo --deadline 0 $hooks
expect_output 'hook_check_reverse.*error -11'
echo 0 >/proc/sys/kernel/panic
undo $hooks
dmesg -c >/dev/null

# The initial value.
limit=/proc/sys/fs/pipe-max-size
expect_limit() {
	[ "$(cat $limit)" = $1 ] || fail "the limit is $(cat $limit), not $1"
}
expect_limit 1048576
apply ksplice-$value.tar.gz
expect_limit 262144
kernel_text compare /tmp/before
undo $value
expect_limit 1048576
echo 2097152 >$limit
apply ksplice-$value.tar.gz
expect_limit 2097152
undo $value
expect_limit 2097152
echo 1048576 >$limit
apply ksplice-$value.tar.gz
echo 524288 >$limit
undo $value
expect_limit 524288
kernel_text compare /tmp/before
EOG
)
EOS
