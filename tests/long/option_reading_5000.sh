#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# option_reading_5000.sh - tests/recorder/option_reading.sh over 5,000 command lines
#
# The seed is new each time, and printed; KSPLICE_SEED chooses it.
exec "$(dirname "$0")/../recorder/option_reading.sh" "${1-}" 5000
