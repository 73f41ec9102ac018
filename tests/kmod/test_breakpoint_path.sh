#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_breakpoint_path.sh - each function that runs between a breakpoint and its handler
# is known to ksplice.ko, and an update that replaces one is refused by name
#
# The functions that run are found by the function tracer; it cannot see those that are not
# to be traced, which have no fentry call.

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

build_modules "$top/tests/kmod/breakpoint"
# What the core knows by name.
sed -n '/path_names\[\] = {/,/^}/ s/^\t"\(.*\)",$/\1/p' "$top/kmod/change/breakpoint_path.c" >"$work/known"
[ "$(wc -l <"$work/known")" -gt 5 ] || fail "breakpoint_path.c has no names"

# One that the kernel forbids kprobes on, and one that only the core knows.
make_patch kernel/notifier.c \
	'/^int notrace notify_die(/,/^}/ s/^\treturn atomic_notifier_call_chain/\tif (trap == 77)\n\t\treturn 0;\n&/' \
	"$work/notify.patch"
make_patch kernel/rcu/tree.c \
	'/^notrace bool rcu_is_watching(void)/,/^}/ s/^\treturn ret;/\tif (current->exit_state == 77)\n\t\treturn true;\n&/' \
	"$work/watching.patch"
notify=$(create_update "$work/notify.patch")
watching=$(create_update "$work/watching.patch")

boot --file "$notify" --file "$watching" --file "$work/breakpoint/breakpoint.ko" \
	--file "$work/known" <<EOS
notify=${notify##*/}
watching=${watching##*/}
$(
	cat <<'EOG'
tracing=/sys/kernel/tracing

modprobe ksplice
echo function >$tracing/current_tracer
insmod breakpoint.ko
echo 0 >$tracing/tracing_on
sed -n 's/^ *insmod-[0-9]* .*: \([^ ]*\)\( \[[a-z]*\]\)\? <-.*/\1/p' $tracing/trace |
	sed -n '/^begin_path$/,/^end_path$/ p' >/tmp/path
echo nop >$tracing/current_tracer
cat /tmp/path
grep -q '^handle_breakpoint$' /tmp/path || fail "the tracer did not see the handler"
grep -q '^kprobe_exceptions_notify$' /tmp/path || fail "the tracer did not see the way"

while read -r name; do
	case $name in
	begin_path | end_path | handle_breakpoint | handle_die) continue ;;
	esac
	grep -qx "$name" known ||
		grep -q "[[:space:]]$name\$" /sys/kernel/debug/kprobes/blacklist ||
		fail "$name runs between a breakpoint and its handler, and can be replaced"
done </tmp/path

expect_status 2 ksplice-apply "$notify"
expect_output 'vmlinux: notify_die: may run while a breakpoint is handled'
expect_status 2 ksplice-apply "$watching"
expect_output 'vmlinux: rcu_is_watching: may run while a breakpoint is handled'
EOG
)
EOS
