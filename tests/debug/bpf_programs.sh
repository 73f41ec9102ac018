#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bpf_programs.sh - BPF programs on the entry and the return of a function (fentry, fexit)
# stay when it is replaced, come and go while it is, and see each call once

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

grep -q '^CONFIG_DEBUG_INFO_BTF=y' "$tree/.config" || {
	echo "the kernel has no CONFIG_DEBUG_INFO_BTF"
	exit 77
}
patch_loadavg "$work/loadavg.patch"
update=$(create_update "$work/loadavg.patch")

boot --file "$update" <<EOS
id=$(name_id "$update")
$(
	cat <<'EOG'
file=ksplice-$id.tar.gz
overridden=/sys/kernel/ksplice/$id/overridden

# traced COMMAND: with a program of the kind on the function, which runs once.
traced() {
	expect_status 0 trace_function $kind loadavg_proc_show sh -c "set -e; $1"
	expect_output '^loadavg_proc_show: 1 runs'
}

expect_original() {
	if grep -q patched "$1"; then
		fail "the new code runs"
	fi
}

modprobe ksplice
kernel_text save /tmp/before
for kind in fentry fexit; do
	traced 'cat /proc/loadavg'
	expect_original /tmp/out

	# It is there before the update.
	traced "ksplice-apply $file; cat /proc/loadavg; cat $overridden >/tmp/overridden"
	expect_output '^patched '
	[ ! -s /tmp/overridden ] || fail "overridden: $(cat /tmp/overridden)"
	grep -q patched /proc/loadavg || fail "not in force without the program"

	# It comes and goes.
	traced "cat /proc/loadavg; cat $overridden >/tmp/overridden"
	expect_output '^patched '
	[ ! -s /tmp/overridden ] || fail "overridden: $(cat /tmp/overridden)"

	# It is still there when the update goes.
	traced "ksplice-undo $id; cat /proc/loadavg"
	expect_original /tmp/out
	expect_original /proc/loadavg
	kernel_text compare /tmp/before
	echo "$kind: ok"
done
rmmod ksplice
EOG
)
EOS
