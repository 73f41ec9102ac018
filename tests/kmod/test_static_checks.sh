#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_static_checks.sh - kmod builds without a warning, with W=1 and with sparse, against
# the test kernel, against x86_64_defconfig, and against Debian's linux-headers-6.1
#
# The trees for the last two are made once, in the cache. Warnings of the kernel's own
# headers do not count.

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

# shellcheck source-path=SCRIPTDIR source=module_trees.sh
. "$top/tests/kmod/module_trees.sh"

# check_against NAME OBJTREE
check_against() {
	local name=$1 copy=$work/$1 log=$work/$1.log own
	build_core "$1" "$2" W=1 C=2 CF=-D__CHECK_ENDIAN__ || return 0
	own=$(grep -E '(warning|error):' "$log" | grep -F "$copy/" | sed "s|$copy/||" | sort -u || true)
	[ "$(grep -c '^ *CHECK ' "$log")" -ge "$sources" ] || {
		echo "not ok $name: sparse saw $(grep -c '^ *CHECK ' "$log") of $sources files"
		failed=1
	}
	if [ -n "$own" ]; then
		echo "$own"
		echo "not ok $name: $(wc -l <<<"$own") warnings"
		failed=1
	else
		echo "ok $name: $sources files, no warning"
	fi
}

for_each_tree check_against
[ -z "$failed" ]
