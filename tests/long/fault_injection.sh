#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# fault_injection.sh - tests/kmod/test_fault_injection.sh with every allocation of a load
set -eu

FAULT_STRIDE=1 exec "$(dirname "$0")/../kmod/test_fault_injection.sh" "$@"
