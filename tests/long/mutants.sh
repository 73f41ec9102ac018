#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# mutants.sh - 2,000 damaged updates, and the signals at every step
#
#   mutants.sh [OBJTREE]
set -eu

here=$(dirname "$(readlink -f "$0")")
[ $# = 0 ] || export KSPLICE_TREE=$1
KSPLICE_MUTANTS=${KSPLICE_MUTANTS:-2000} "$here/../kmod/test_mutants.sh"
KSPLICE_STEPS=1 "$here/../kmod/test_interruption.sh"
