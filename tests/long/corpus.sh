#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# corpus.sh - what `make corpus` does, on a part of it: no errors, and no complaints
#
#     tests/long/corpus.sh [OBJTREE [MAX]]
#
# From the version of the test kernel (or OBJTREE, built by tests/kernel/make_tree) to
# another version that apt knows, which may be an older one: a real change backwards is as
# good. MAX (20) files are tried.
set -eu -o pipefail

top=$(readlink -f "$(dirname "$0")/../..")
tree=$(readlink -f "${1:-$("$top/tests/kernel/make_tree" recorded)}")
from=$(head -n 1 "$tree/.tree_complete" 2>/dev/null) || {
	echo "$tree: does not say of which version it is"
	exit 77
}
# A rebuild of the same source (6.1.192-1, 6.1.192-2) has no changes.
same=${from%-*}
to=$(apt-cache madison linux-source-6.1 | awk '{ print $3 }' | grep -v "^$same-" | sort -V |
	tail -n 1) || {
	echo "apt knows no other version of linux-source-6.1 than $from"
	exit 77
}
"$top/tests/corpus/run" "$from" "$to" "${2:-20}" "$tree"
