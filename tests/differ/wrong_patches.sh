#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# wrong_patches.sh - the cases of tests/wrong: patches to which a careless tool would
# give a wrong update, and what the answer to each must be
#
#   wrong_patches.sh [--all] [TREE [OTHER-TREE]]
#
#   tests/wrong/NAME/*.sed ─▶ fix.patch ─▶ ksplice-create ─▶ answer, update
#                     expect ───────────────────────────────▶ compared
#
# TREE (or KSPLICE_TREE) is the test kernel; OTHER-TREE a small kernel that is built in
# its source tree (none: no other). There, the cases run in which the form of the build may
# matter; with --all, all of them. tests/wrong/README.md says what a case consists of. A
# case is skipped, by name, in a tree that does not build one of its files; each tree has a
# least number of cases that must run. CASES='PATTERN...' runs those whose names match, and
# then any number is enough.
set -eu -o pipefail

top=$(readlink -f "$(dirname "$0")/../..")
bin=$top/${KSPLICE_BUILD:-build}/bin
audit=$top/${KSPLICE_BUILD:-build}/tests/update_audit
cases=$top/tests/wrong
# What paths, lines, links of objects and code without tracing have to do with.
other_cases='blank-line-* comment-* cold-* once-* source-* neighbour-* static-* string-* switch-*
	two-files-* other-function* new-global-*'
least_first=130 least_second=40
if [ "${1-}" = --all ]; then
	other_cases='*' least_second=110
	shift
fi
first=${1-${KSPLICE_TREE-}}
[ -n "$first" ] || first=$("$top/tests/kernel/make_tree" recorded)
second=${2-}
[ -n "$second" ] || second=$("$top/tests/kernel/make_tree" recorded --config small --form in-tree)

if [ -n "${KEEP_CASES-}" ]; then
	mkdir -p "$KEEP_CASES"
	work=$(readlink -f "$KEEP_CASES")
else
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
fi

# One case in a folder of its own, $here; its output is its report.
# Sets: tree, source, here, name; result.json, update/ (the archive's files), keep/

problem() {
	echo "    $*"
	is_wrong=1
}

# The object that kbuild makes of the source file $1.
is_built() {
	[ -e "$tree/${1%.c}.o" ]
}

# The part of an expectation that says where it holds; prints why it does not hold here.
find_obstacle() {
	local file word option
	while read -r file; do
		file=${file#"$cases/$name/"}
		file=${file%.sed}
		[ -e "$source/$file" ] || echo "no $file"
		case $file in *.c)
			# a file that another one includes is named in the case, by "needs"
			grep -q '^needs .*\.o$' "$cases/$name/expect" || is_built "$file" || echo "$file is not built"
			;;
		esac
	done < <(find "$cases/$name" -name '*.sed')
	while read -r word option; do
		[ "$word" = needs ] || continue
		case $option in
		*.o) [ -e "$tree/$option" ] || echo "$option is not built" ;;
		*.ko) [ -e "$tree/$option" ] || echo "$option is no module here" ;;
		'!CONFIG_'*) ! grep -q "^${option#!}=" "$tree/.config" || echo "has ${option#!}" ;;
		CONFIG_*) grep -q "^$option=" "$tree/.config" || echo "no $option" ;;
		*) echo "needs $option: neither object nor option" ;;
		esac
	done <"$cases/$name/expect"
}

make_patch() {
	local script file
	: >fix.patch
	while read -r script; do
		file=${script#"$cases/$name/"}
		file=${file%.sed}
		mkdir -p "a/$(dirname "$file")" "b/$(dirname "$file")"
		cp "$source/$file" "a/$file"
		sed -f "$script" "$source/$file" >"b/$file"
		if cmp -s "a/$file" "b/$file"; then
			problem "the commands do not change $file"
		fi
		diff -u "a/$file" "b/$file" >>fix.patch || true
	done < <(find "$cases/$name" -name '*.sed' | sort)
	while read -r script; do
		file=${script#"$cases/$name/"}
		file=${file%.new}
		[ ! -e "$source/$file" ] || problem "$file exists"
		printf -- '--- /dev/null\n+++ b/%s\n' "$file" >>fix.patch
		diff -u /dev/null "$script" | tail -n +3 >>fix.patch || true
	done < <(find "$cases/$name" -name '*.new' | sort)
	while read -r script; do
		file=${script#"$cases/$name/"}
		file=${file%.gone}
		printf -- '--- a/%s\n+++ /dev/null\n' "$file" >>fix.patch
		diff -u "$source/$file" /dev/null | tail -n +3 >>fix.patch || true
	done < <(find "$cases/$name" -name '*.gone' | sort)
	[ ! -e "$cases/$name/patch.edit" ] || sed -i -f "$cases/$name/patch.edit" fix.patch
}

# has_finding KIND [NAME [CONSEQUENCE]]: among the findings; the name of a static local
# counts without its number.
has_finding() {
	jq -e --arg kind "$1" --arg name "${2-}" --arg consequence "${3-}" '
		[.findings[]? | select(.kind == $kind and
			($name == "" or (.name // "" | sub("^(struct|union|enum)[ :]"; "") | sub("\\.[0-9]+$"; "")) == $name) and
			($consequence == "" or .consequence == $consequence))] != []' \
		result.json >/dev/null
}

expect_result() {
	local wanted=$1 status=$2 got
	got="$(cat status) $(jq -r .result result.json)"
	[ "$got" = "$status $wanted" ] && return 0
	problem "exit status and result $got, not $status $wanted"
	jq -r '"      reason: \(.reason // "none")",
		(.findings[]? | "      finding: \(.kind) \(.consequence) \(.name)")' result.json
	sed 's/^/      stderr: /' stderr
}

list_defined() {
	readelf -sW update/*.ko | awk '$7 ~ /^[0-9]+$/ && $4 == "OBJECT" { print $8 }' |
		sed -E 's/\.[0-9]+$//'
}

list_referred() {
	readelf -sW update/*.ko | awk '$7 == "UND" { print $8 }' | sed -nE 's/^.*:0x[0-9a-f]+://p' |
		sed -E 's/\.[0-9]+$//'
}

# find_section MODULE SYMBOL: the section that defines it, if one does.
find_section() {
	local number
	number=$(readelf -sW "$1" | awk -v name="$2" '$8 == name && $7 ~ /^[0-9]+$/ { print $7 }')
	readelf -SW "$1" | sed -nE "s/^ *\\[ *${number:-none}\\] ([^ ]+) .*/\\1/p"
}

# The names that the update refers to in the target, or part, whose name begins with $1.
list_referred_in() {
	readelf -sW update/*.ko | awk '$7 == "UND" { print $8 }' |
		sed -nE "s/^${1}[^:]*:(.*:)?0x[0-9a-f]+://p" | sed -E 's/\.[0-9]+$//'
}

# The addends of the references to the running kernel's $1, in decimal.
list_addends() {
	readelf -rW update/*.ko | awk -v name="$1" '
		split($5, part, ":") == 3 && part[3] ~ ("^" name "(\\.[0-9]+)?$") { print $6, $7 }' |
		while read -r sign digits; do
			echo $((${sign}16#$digits))
		done
}

# The number of entries in a table of the update.
count_entries() {
	local size
	case $1 in
	__bug_table | .altinstructions | __ex_table) size=12 ;;
	__jump_table | .ksplice.hooks) size=16 ;;
	.static_call_sites) size=8 ;;
	.orc_unwind_ip | .retpoline_sites | .return_sites | .smp_locks) size=4 ;;
	*) echo "a table of unknown entries: $1" && return ;;
	esac
	local total=0 bytes
	while read -r bytes; do
		total=$((total + 16#$bytes))
	done < <(readelf -SW update/*.ko | sed "s/^ *\\[ *[0-9]*\\] //" |
		awk -v name="$1" "\$1 == name { print \$5 }")
	echo $((total / size))
}

# One line of the file "expect".
check_line() {
	local word=$1 got
	shift
	case $word in
	needs | option) ;;
	created) expect_result created 0 ;;
	error) expect_result error 1 ;;
	no-change) expect_result no-change 3 ;;
	refused)
		expect_result refused 2
		[ $# = 0 ] || has_finding "$1" "${2-}" refused || problem "no refusing finding $*"
		;;
	says) grep -qF -e "$*" stderr result.json || problem "is not said: $*" ;;
	finding) has_finding "$@" || problem "no finding: $*" ;;
	no-finding) ! has_finding "$@" || problem "a finding: $*" ;;
	replaces-only)
		got=$(jq -r '(.functions // []) | unique | join(" ")' result.json)
		[ "$got" = "$*" ] || problem "replaces $got, not $*"
		;;
	replaces | keeps)
		got=$(jq --arg name "$1" '(.functions // []) | index($name) != null' result.json)
		[ "$got" = "$([ "$word" = replaces ] && echo true || echo false)" ] ||
			problem "$word $1: $got ($(jq -c .functions result.json))"
		;;
	entries)
		got=$(count_entries "$1")
		case $2 in
		*+) [ "$got" -ge "${2%+}" ] || problem "entries $1: $got, not $2" ;;
		*) [ "$got" = "$2" ] || problem "entries $1: $got, not $2" ;;
		esac
		;;
	defines-function)
		readelf -sW update/*.ko | awk '$4 == "FUNC" && $7 != "UND" { print $8 }' |
			grep -qE "^$1(\\.|\$)" || problem "the update lacks the function $1"
		;;
	in-section)
		got=$(for module in update/*.ko; do find_section "$module" "$1"; done)
		[ "$got" = "$2" ] || problem "$1 is in ${got:-no section}, not $2"
		;;
	defines) list_defined | grep -qxF -e "$1" || problem "the update lacks $1" ;;
	no-copy) ! list_defined | grep -qxF -e "$1" || problem "the update has its own $1" ;;
	refers) list_referred | grep -qxF -e "$1" || problem "the update does not refer to $1" ;;
	refers-in) list_referred_in "$1" | grep -qxF -e "$2" ||
		problem "the update does not refer to $2 in $1: $(list_referred_in "$1" | tr '\n' ' ')" ;;
	no-reference-in) [ -z "$(list_referred_in "$1")" ] ||
		problem "the update refers to $1: $(list_referred_in "$1" | tr '\n' ' ')" ;;
	targets)
		got=$(jq -r '[.targets[]?.name] | join(" ")' result.json)
		[ "$got" = "$*" ] || problem "the targets are $got, not $*"
		;;
	addend) list_addends "$1" | grep -qxF -e "$2" ||
		problem "no reference to $1 has the addend $2: $(list_addends "$1" | tr '\n' ' ')" ;;
	no-reference) ! list_referred | grep -qxF -e "$1" || problem "the update refers to $1" ;;
	constant)
		jq -e --arg name "$1" '[.targets[].constants[]? | .name |
			sub("\\.[0-9]+$"; "")] | index($name) != null' update/manifest.json >/dev/null ||
			problem "$1 is not changed in place"
		;;
	no-constants)
		jq -e '[.targets[].constants[]?] == []' update/manifest.json >/dev/null ||
			problem "constants are changed in place"
		;;
	without-effect)
		jq -e --arg name "$1" '[.without_effect[]?.name] | index($name) != null' \
			result.json >/dev/null || problem "$1 is not said to be without effect"
		;;
	reversible | irreversible)
		[ "$(jq .reversible update/manifest.json)" = \
			"$([ "$word" = reversible ] && echo true || echo false)" ] ||
			problem "is not $word"
		;;
	text) strings -a -n 2 update/*.ko | grep -qF -e "$*" || problem "the update lacks the text: $*" ;;
	*) problem "an expectation that nobody knows: $word $*" ;;
	esac
}

# What holds for every answer.
check_form() {
	jq -e '[.findings[]? | select((.kind // "") == "" or (.object // "") == "" or
		(.text // "") == "" or (.consequence |
		IN("none", "warning", "irreversible", "refused") | not))] == []' result.json >/dev/null ||
		problem "a finding lacks a part: $(jq -c .findings result.json)"
	case $(jq -r .result result.json) in
	created)
		! jq -e '[.findings[]?.consequence] | index("refused")' result.json >/dev/null ||
			problem "made, though a finding refuses it"
		;;
	refused)
		jq -e '.reason as $reason | all(.findings[]?; .consequence != "refused") or
			any(.findings[]; .kind == $reason and .consequence == "refused")' \
			result.json >/dev/null ||
			problem "the reason $(jq -r .reason result.json) is none of the findings"
		[ -z "$(ls out)" ] || problem "refused, and an update all the same: $(ls out)"
		;;
	esac
}

run_case() {
	local status=0 options=() word value archive
	is_wrong=
	mkdir -p out tmp
	make_patch
	while read -r word value; do
		[ "$word" != option ] || options+=("$value")
	done <"$cases/$name/expect"
	TMPDIR=$PWD/tmp "$bin/ksplice-create" --quiet --json --patch=fix.patch --output=out --keep=keep \
		"${options[@]}" "$tree" >result.json 2>stderr || status=$?
	echo $status >status
	# One function has two names where there are system calls of 32 bits.
	sed -i 's/"__ia32_sys_/"__x64_sys_/g' result.json
	jq -e .result result.json >/dev/null 2>&1 || echo '{"result": "no JSON"}' >result.json
	archive=$(find out -name '*.tar.gz')
	mkdir update
	[ -z "$archive" ] || tar -xzf "$archive" -C update --strip-components=1
	check_form
	while read -r word value; do
		case $word in '' | '#'*) continue ;; esac
		# An expectation of an update says nothing where there is none.
		case $word in
		needs | option | created | no-change | refused | error | says | finding | no-finding | without-effect) ;;
		*) [ -n "$archive" ] || continue ;;
		esac
		# shellcheck disable=SC2086 # words
		check_line "$word" $value
	done <"$cases/$name/expect"
	if [ -n "$archive" ] && [ -x "$audit" ]; then
		"$audit" --update="$archive" --keep=keep --tree="$tree" >audit.log 2>&1 || {
			problem "the audit complains:"
			sed 's/^/      /' audit.log
		}
	fi
	[ -z "$(ls tmp)" ] || problem "left in TMPDIR: $(ls tmp)"
	if [ -n "$is_wrong" ]; then
		echo "not ok $name"
	else
		echo "ok $name: $(jq -r 'if .result == "created" then "created " + (.functions | join(" "))
			elif .result == "refused" then "refused " + .reason else .result end' result.json)"
	fi
}

# The report of one case begins with its verdict.
run_one() {
	name=$1
	here=$folder/$name
	mkdir "$here"
	cd "$here"
	obstacle=$(find_obstacle | sed ':a; N; $!ba; s/\n/, /g')
	if [ -n "$obstacle" ]; then
		echo "skipped $name: $obstacle" >"$here.report"
	else
		run_case >"$here.lines" 2>&1 || echo "not ok $name: the test itself failed" >>"$here.lines"
		{
			tail -n 1 "$here.lines"
			sed '$d' "$here.lines"
		} >"$here.report"
	fi
	[ -n "${KEEP_CASES-}" ] || rm -rf "$here"
}

# Is the case one of those that the patterns $2 name?
is_wanted() {
	local pattern patterns
	read -d '' -ra patterns <<<"$2" || true
	for pattern in "${patterns[@]}"; do
		# shellcheck disable=SC2053 # a pattern
		[[ $1 != $pattern ]] || return 0
	done
	return 1
}

# The verdicts of the cases that the patterns $3 name, in the tree $1; at least $2 of them
# must run.
run_tree() {
	local least=$2 patterns=${CASES:-$3} running=0 count
	tree=$(readlink -f "$1")
	source=$tree
	[ ! -d "$tree/source/" ] || source=$(readlink -f "$tree/source")
	folder=$work/$(basename "$tree")
	rm -rf "$folder"
	mkdir "$folder"
	echo "# $tree, source $([ "$source" = "$tree" ] && echo "the same" || echo "$source")"
	for case in "$cases"/*/; do
		case=$(basename "$case")
		is_wanted "$case" "$patterns" || continue
		if [ $running -ge "$(nproc)" ]; then
			wait -n || true
			running=$((running - 1))
		fi
		(run_one "$case") &
		running=$((running + 1))
	done
	wait
	cat "$folder"/*.report
	if grep -q '^not ok' "$folder"/*.report; then failed=1; fi
	count=$(cat "$folder"/*.report | grep -cE '^(ok|not ok)' || true)
	echo "# $count cases ran, $(cat "$folder"/*.report | grep -c '^skipped' || true) were skipped"
	if [ -z "${CASES-}" ] && [ "$count" -lt "$least" ]; then
		echo "not ok only $count cases ran, there should be $least or more"
		failed=1
	fi
}

failed=0
# An index that has to be made first is made once.
for tree in "$first" "$second"; do
	[ "$tree" = none ] || "$bin/ksplice-index" "$tree" >/dev/null
done
run_tree "$first" "$least_first" '*'
[ "$second" = none ] || run_tree "$second" "$least_second" "$other_cases"
exit $failed
