#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_match_all.sh - every function of vmlinux passes the run-pre match, with the boot
# parameters that decide what boot makes of the code; with a breakpoint in one it does not

# shellcheck source-path=SCRIPTDIR source=session.sh
. "$(dirname "$(readlink -f "$0")")/session.sh"

mkdir "$work/match"
update=$("$top/build/bin/ksplice-match" --output="$work/match" "$tree" | tail -n 1)
[ -n "$update" ] || fail "ksplice-match made nothing"

check_with() {
	echo "boot parameters: ${1:-none}"
	boot --smp "$2" --mem 512 --append "$1" --file "$update" <<-'EOS'
	ksplice-apply --check ksplice-*.tar.gz || fail "the match failed"
	EOS
}

check_with "" 2
check_with "" 1
check_with "mitigations=off" 2
check_with "spectre_v2=retpoline,lfence retbleed=unret" 2
check_with "preempt=full" 1

echo "a breakpoint in the middle of a function"
# the offset of its sixth instruction, where a kprobe may be
objdump -d --no-show-raw-insn --disassemble=do_sys_openat2 "$tree/vmlinux" |
	sed -n 's/^\(ffffffff[0-9a-f]*\)[: ].*/\1/p' | sed -n '1p;7p' >"$work/addresses"
{ read -r start && read -r middle; } <"$work/addresses"
printf 'do_sys_openat2+0x%x\n' $((0x$middle - 0x$start)) >"$work/place"
boot --mem 512 --file "$update" --file "$work/place" <<'EOS'
echo "p:middle $(cat place)" >/sys/kernel/tracing/kprobe_events || fail "no kprobe"
echo 1 >/sys/kernel/tracing/events/kprobes/middle/enable
status=0
ksplice-apply --check ksplice-*.tar.gz 2>/tmp/err || status=$?
cat /tmp/err
[ $status = 2 ] || fail "status $status with a breakpoint in the kernel's code"
grep -qF "$(cat place)" /tmp/err || fail "function and offset are not named"
EOS
