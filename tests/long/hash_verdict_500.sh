#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# hash_verdict_500.sh - tests/recorder/hash_verdict.sh over 500 translation units
#
#     tests/long/hash_verdict_500.sh OBJTREE
#
# The seed is new each time, and printed; KSPLICE_SEED chooses it.
exec "$(dirname "$0")/../recorder/hash_verdict.sh" "$1" 500
