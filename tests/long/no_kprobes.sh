#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# no_kprobes.sh - a kernel without kprobes
#
#     tests/long/no_kprobes.sh [OBJTREE]
#
# Builds signed.config with CONFIG_KPROBES=n. The core says which parameter it needs there.
# With it, updates are applied and undone as elsewhere; one of a function on the way to a
# breakpoint's handler is refused by name, although that kernel has no list of functions
# that must not have a breakpoint. OBJTREE is not looked at.
KSPLICE_TREE=$("$(dirname "$(readlink -f "$0")")/../kernel/make_tree" recorded \
	--config signed --set CONFIG_KPROBES=n)
export KSPLICE_TREE
# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

grep -qx '# CONFIG_KPROBES is not set' "$tree/.config" || fail "the kernel has kprobes"

patch_nanosleep "$work/nanosleep.patch"
patch_loadavg "$work/loadavg.patch"
cat "$work/nanosleep.patch" "$work/loadavg.patch" >"$work/both.patch"
both=$(create_update "$work/both.patch")
make_patch kernel/notifier.c \
	'/^int notrace notify_die(/,/^}/ s/^\treturn atomic_notifier_call_chain(/\tif (sig == -77)\n\t\treturn NOTIFY_BAD;\n&/' \
	"$work/path.patch"
path=$(create_update "$work/path.patch")

# With enough randomness from the start, the kernel does not switch its code for it later.
boot --append random.trust_cpu=on --file "$both" --file "$path" <<EOS
both=$(name_id "$both")
on_path=$(name_id "$path")
$(
	cat <<'EOG'
# The core finds the kernel's private functions by a kprobe elsewhere; here it is told.
expect_not modprobe ksplice
dmesg | grep -q 'give the module parameter kallsyms_lookup_name=' || fail "no reason"
address=$(sed -n 's/^\([0-9a-f]*\) T kallsyms_lookup_name$/\1/p' /proc/kallsyms)
modprobe ksplice kallsyms_lookup_name=0x$address
kernel_text save /tmp/before >/dev/null
for round in 1 2 3; do
	apply ksplice-$both.tar.gz
	grep -q '^patched' /proc/loadavg || fail "not the new function"
	expect_not kernel_text compare /tmp/before
	undo $both
	expect_not grep -q '^patched' /proc/loadavg
	kernel_text compare /tmp/before >/tmp/out || fail "$(cat /tmp/out)"
done

expect_status 2 ksplice-apply ksplice-$on_path.tar.gz
cat /tmp/out
expect_output 'notify_die'
kernel_text compare /tmp/before >/tmp/out || fail "$(cat /tmp/out)"
expect_not grep '^ksplice_' /proc/modules
EOG
)
EOS
