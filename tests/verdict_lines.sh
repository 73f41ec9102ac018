# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# verdict_lines.sh - the lines that shell tests print, one for each thing that they check;
# sourced by all that print such lines
#
#     ok NAME
#     not ok NAME: WHY
#     ok NAME # SKIP WHY      this part cannot be tested here; make check counts it
#
# A test ends with: exit $failed
failed=0

ok() {
	echo "ok $1"
}

# not_ok NAME [WHY]
not_ok() {
	echo "not ok $1${2:+: $2}"
	# shellcheck disable=SC2034 # the tests use it
	failed=1
}

# skip NAME WHY
skip() {
	echo "ok $1 # SKIP $2"
}

# check NAME WHY COMMAND...: the command must succeed; WHY is shown if it does not.
check() {
	local check_name=$1 check_why=$2
	shift 2
	if "$@"; then ok "$check_name"; else not_ok "$check_name" "$check_why"; fi
}

# check_equal NAME GOT WANTED
check_equal() {
	if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "$2, not $3"; fi
}
