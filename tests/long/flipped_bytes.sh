#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# flipped_bytes.sh - tests/kmod/test_flipped_bytes.sh with thousands of bytes
KSPLICE_FLIPS=1500 exec "$(dirname "$0")/../kmod/test_flipped_bytes.sh" "$@"
