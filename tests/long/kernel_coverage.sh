#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# kernel_coverage.sh - of x86_64_defconfig every object is recorded, and every function of
# the compiler's has a proven place
#
#     tests/long/kernel_coverage.sh [OBJTREE [CONFIG]]
#
# Builds that kernel with ksplice-cc (2,856 objects, about an hour of CPU time) if it is not
# in the cache, and has ksplice-index count. OBJTREE is not looked at.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
config=${2:-x86_64_defconfig}
tree=$("$here/../kernel/make_tree" recorded --config "$config")
# With its index made anew, as the first time.
rm -f "$tree"/.ksplice/index.db*
KSPLICE_TREE=$tree exec "$here/../differ/index_coverage.sh" "$tree"
