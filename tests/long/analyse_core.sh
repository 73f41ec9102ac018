#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# analyse_core.sh - clang's static analyser finds nothing in kmod, against the test kernel,
# x86_64_defconfig with and without kprobes, and Debian's linux-headers-6.1
#
#   analyse_core.sh [OBJTREE]
#
# Each file is analysed with the command by which kbuild compiled it, without the options
# that are only about GCC's code.
set -eu

here=$(dirname "$(readlink -f "$0")")
[ $# = 0 ] || export KSPLICE_TREE=$1
command -v clang >/dev/null || {
	echo "clang is not installed"
	exit 77
}
# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$here/../vm/session.sh"
# shellcheck source-path=SCRIPTDIR/../kmod source=module_trees.sh
. "$top/tests/kmod/module_trees.sh"

# analyse_file CMD-FILE: what the analyser says of the source that it is about.
analyse_file() {
	local command options=()
	command=$(sed -n '1s/^[^=]*:= //p' "$1")
	# kbuild wrote it for a shell.
	eval "set -- ${command%%;*}"
	while [ $# -gt 1 ]; do
		case $1 in
		-include) options+=("$1" "$2") && shift ;;
		-I* | -D* | -U* | -std=* | -nostdinc | -m64 | -fshort-wchar) options+=("$1") ;;
		-fno-strict-overflow | -fno-delete-null-pointer-checks) options+=("$1") ;;
		esac
		shift
	done
	# The compiler's own warnings are another test's.
	clang --analyze --analyzer-output text -w "${options[@]}" "$1" 2>&1 ||
		echo "error: clang does not read $1"
}

analyse_against() {
	local name=$1 objtree=$2 copy=$work/$1 file count=0
	build_core "$name" "$objtree" W=1 || return 0
	# For the kernels of test_static_checks.sh this has been looked at there.
	if grep -E '(warning|error):' "$work/$name.log" | grep -F "$copy/"; then
		echo "not ok $name: compiler warnings"
		failed=1
	fi
	for file in "$copy"/kmod/{,*/}.*.o.cmd; do
		# Neither links nor what modpost wrote.
		grep -qE '^[^;]* -c -o ' "$file" || continue
		case $file in *.mod.o.cmd) continue ;; esac
		(cd "$objtree" && analyse_file "$file")
		count=$((count + 1))
	done >"$work/$name.found"
	[ "$count" -ge "$sources" ] || {
		echo "not ok $name: $count of $sources files were analysed"
		failed=1
	}
	# What is found in the kernel's own headers does not count.
	if grep -E "^($copy/[^ ]*: (warning|error)|error):" "$work/$name.found" >"$work/$name.own"; then
		sed "s|$copy/||" "$work/$name.own"
		echo "not ok $name: $(wc -l <"$work/$name.own") findings"
		failed=1
	else
		echo "ok $name: $count files, no finding"
	fi
}

for_each_tree analyse_against
if [ -e "$tree/source" ]; then
	without=$(make_cached "no-kprobes-$(basename "$source")" make_no_kprobes) || failed=1
	[ -z "$without" ] || analyse_against no-kprobes "$without"
fi
[ -z "$failed" ]
