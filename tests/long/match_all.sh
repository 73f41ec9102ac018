#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# match_all.sh - the run-pre match of every function, in all the boots that make other code
# of the same kernel
#
#   match_all.sh [OBJTREE]
set -eu

here=$(dirname "$(readlink -f "$0")")
[ $# = 0 ] || export KSPLICE_TREE=$1
# shellcheck source-path=SCRIPTDIR/../vm source=match_session.sh
. "$here/../vm/match_session.sh"

# vulnerability FILE REGEX: the lines that show it.
vulnerability() {
	echo "grep -qE '$2' /sys/devices/system/cpu/vulnerabilities/$1 || fail '$1 is not: $2'"
}

{
	vulnerability spectre_v2 '^Mitigation: Retpolines'
	vulnerability retbleed 'Not affected'
} | match_boot max 2 ""
{
	vulnerability spectre_v2 '^Vulnerable'
	echo 'grep -qvi "mitigation" /sys/devices/system/cpu/vulnerabilities/spectre_v1'
} | match_boot max 2 "mitigations=off"
{
	vulnerability spectre_v2 'LFENCE'
	vulnerability retbleed '^Mitigation: untrained return thunk'
} | match_boot EPYC 2 "spectre_v2=retpoline,lfence retbleed=unret"
{
	vulnerability spectre_v2 '^Mitigation: Retpolines'
	vulnerability retbleed '^Vulnerable'
} | match_boot EPYC 2 "retbleed=off"
# Returns through a thunk of its own, which depends on where they are. Calls have one like
# that only where the CPU has IBRS, which TCG has not.
{
	vulnerability indirect_target_selection 'Aligned branch/return thunks'
	vulnerability spectre_v2 '^Mitigation: Retpolines'
} | match_boot Icelake-Server 2 ""
match_boot max 2 "nosmp" <<'EOS'
[ "$(cat /sys/devices/system/cpu/online)" = 0 ] || fail "a second CPU"
EOS
match_boot max 1 "" <<'EOS'
dmesg | grep -q "SMP alternatives" || fail "not patched for one CPU"
EOS
match_boot max 2 "nokaslr" <<'EOS'
grep -q '^ffffffff81000000 T _text$' /proc/kallsyms || fail "the kernel has moved"
EOS
match_boot max 2 "" <<'EOS'
cd /sys/kernel/tracing
echo function >current_tracer
[ "$(wc -l <enabled_functions)" -gt 20000 ] || fail "not all functions are traced"
cd
EOS
match_boot max 2 "" <<'EOS'
cd /sys/kernel/tracing
# All functions take it minutes in a guest without KVM.
echo 'vfs_* tcp_*' >set_ftrace_filter
echo function_graph >current_tracer
[ "$(wc -l <enabled_functions)" -gt 100 ] || fail "nothing is traced"
# a tracer with a filter has a trampoline of its own
mkdir instances/second
echo 'vfs_*' >instances/second/set_ftrace_filter
echo function >instances/second/current_tracer
cd
EOS
for mode in none voluntary full; do
	match_boot max 2 "preempt=$mode" <<-EOS
	dmesg | grep -q "Dynamic Preempt: $mode" || fail "not preempt=$mode"
	EOS
done
