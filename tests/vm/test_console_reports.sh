#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_console_reports.sh - the patterns by which tests/vm/run notices that a kernel is
# unwell know what the kernel's source really prints (console_samples), none of them is
# one that nothing prints, and ordinary lines are none

# shellcheck source-path=SCRIPTDIR source=session.sh
. "$(dirname "$(readlink -f "$0")")/session.sh"

# expand FORMAT: as printk might print it.
expand() {
	sed -E 's/%[0-9#*]*p[SsB]/do_nothing+0x10\/0x20/g; s/%[0-9#*]*(l|ll|z)?[dux]/7/g
		s/%[0-9#*]*p[xhV]?|%5ph/00000000abcdef00/g; s/%[0-9.*-]*s/word/g' <<<"$1"
}

# pattern_of FORMAT: a regular expression for what it prints.
# shellcheck disable=SC2016 # a $ of a regular expression
pattern_of() {
	sed -E 's/[][\\.*^$(){}+?|]/\\&/g; s/%[^a-zA-Z]*(ll|l|z)?([dux]|ph|px|pS|ps|pB|pV|p|s)/.*/g' <<<"$1"
}

# A line of the log as the console has it, with and without a time stamp.
has_report() {
	printf '[    1.234567] %s\n' "$1" >"$work/stamped"
	printf '%s\n' "$1" >"$work/plain"
	"$here/find_report" "$work/stamped" ${2+"$2"} >/dev/null || return 1
	"$here/find_report" "$work/plain" ${2+"$2"} >/dev/null ||
		fail "found only with a time stamp: $1"
}

bad=0 fine=0
: >"$work/lines"
while IFS=$'\t' read -r kind file text line; do
	grep -qF -e "$text" "$source/$file" || fail "$file does not have: $text"
	if [ -z "$line" ]; then
		line=$(expand "$text")
	elif [[ $text != *'"'* ]]; then
		grep -qE -e "$(pattern_of "$text")" <<<"$line" ||
			fail "$file: the format $text does not print: $line"
	fi
	case $kind in
	bad)
		has_report "$line" || fail "is not noticed: $line"
		bad=$((bad + 1))
		echo "$line" >>"$work/lines"
		;;
	fine)
		! has_report "$line" || fail "is taken for a report: $line"
		fine=$((fine + 1))
		;;
	*) fail "console_samples: unknown kind: $kind" ;;
	esac
done < <(grep -v '^#' "$here/console_samples")
[ $((bad > 60 && fine > 5)) = 1 ] || fail "only $bad reports and $fine ordinary lines"

while read -r pattern; do
	echo "$pattern" >"$work/pattern"
	"$here/find_report" "$work/lines" "$work/pattern" >/dev/null ||
		fail "no kernel prints what this looks for: $pattern"
done < <(grep -v '^#' "$here/console_reports")
echo "$bad reports, $fine ordinary lines"
