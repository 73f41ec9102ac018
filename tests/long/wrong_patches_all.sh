#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# wrong_patches_all.sh - all cases of tests/wrong, on both kernels
exec "$(dirname "$0")/../differ/wrong_patches.sh" --all "${KSPLICE_TREE:-}"
