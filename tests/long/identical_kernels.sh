#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# identical_kernels.sh - recording changes no byte of a kernel, whatever it is built with
#
#     tests/long/identical_kernels.sh [OBJTREE [COMPILER...]]
#
# tests/kernel/identical for each compiler (gcc-11 and gcc-12, those that are here): a small
# kernel (small.config, about 600 objects in vmlinux and ten modules) without debug
# information, with DWARF 4, with DWARF 5, and with the function tracer; and the test
# kernel, which has the function tracer, with DWARF 5. OBJTREE is not looked at.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/recorder/result_lines.sh
. "$here/../recorder/result_lines.sh"
shift $(($# < 1 ? $# : 1))
compilers=("$@")
[ $# -gt 0 ] || compilers=(gcc-11 gcc-12)

# compare NAME OPTION...
compare() {
	local name=$1 status=0
	shift
	"$here/../kernel/identical" --build "$@" >"$folder/out" 2>"$folder/err" || status=$?
	check "$name: $(tail -n 1 "$folder/out")" "$(tail -n 20 "$folder/err")" test $status = 0
}

debug_info=(--set CONFIG_DEBUG_INFO_NONE=n --set)
tracer=(--set CONFIG_FTRACE=y --set CONFIG_FUNCTION_TRACER=y)
for compiler in "${compilers[@]}"; do
	if ! command -v "$compiler" >/dev/null ||
		[ ! -e "$build/lib/ksplice/plugin-${compiler#gcc-}.so" ]; then
		skip "$compiler" "it or its plugin is not here"
		continue
	fi
	small=(--config small --cc "$compiler")
	compare "$compiler" "${small[@]}"
	compare "$compiler, DWARF 4" "${small[@]}" "${debug_info[@]}" CONFIG_DEBUG_INFO_DWARF4=y
	compare "$compiler, DWARF 5" "${small[@]}" "${debug_info[@]}" CONFIG_DEBUG_INFO_DWARF5=y
	compare "$compiler, function tracer" "${small[@]}" "${tracer[@]}"
	compare "$compiler, the test kernel, DWARF 5" --cc "$compiler" "${debug_info[@]}" \
		CONFIG_DEBUG_INFO_DWARF5=y
done
exit "$failed"
