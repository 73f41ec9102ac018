#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_match_all.sh - every function of vmlinux and of modules passes the run-pre match, in
# two boots that make different code; with a breakpoint in one it does not. More boots are
# in tests/long/match_all.sh

# shellcheck source-path=SCRIPTDIR source=match_session.sh
. "$(dirname "$(readlink -f "$0")")/match_session.sh"

match_boot EPYC 2 "" <<'EOS'
grep -q "untrained return thunk" /sys/devices/system/cpu/vulnerabilities/retbleed || fail "no thunk"
grep -q Retpolines /sys/devices/system/cpu/vulnerabilities/spectre_v2 || fail "no retpolines"
EOS
match_boot max 2 "mitigations=off nosmp" <<'EOS'
grep -q ^Vulnerable /sys/devices/system/cpu/vulnerabilities/spectre_v2 || fail "retpolines"
[ "$(cat /sys/devices/system/cpu/online)" = 0 ] || fail "a second CPU"
EOS

echo "a breakpoint in the middle of a function"
# the offset of its sixth instruction, where a kprobe may be
objdump -d --no-show-raw-insn --disassemble=do_sys_openat2 "$tree/vmlinux" |
	sed -n 's/^\(ffffffff[0-9a-f]*\)[: ].*/\1/p' | sed -n '1p;7p' >"$work/addresses"
{ read -r start && read -r middle; } <"$work/addresses"
printf 'do_sys_openat2+0x%x\n' $((0x$middle - 0x$start)) >"$work/place"
boot --mem 512 --file "$work/vmlinux.tar.gz" --file "$work/place" <<'EOS'
echo "p:middle $(cat place)" >/sys/kernel/tracing/kprobe_events || fail "no kprobe"
echo 1 >/sys/kernel/tracing/events/kprobes/middle/enable
modprobe ksplice
tar xzf vmlinux.tar.gz
expect_status 2 ask_core ksplice-*/*.ko
cat /tmp/out
grep -qF "$(cat place)" /tmp/out || fail "function and offset are not named"
EOS
