#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# checks_out.sh - each check of ksplice-create is taken out, one at a time, and a case of
# tests/wrong must notice
#
#     tests/long/checks_out.sh [OBJTREE]
#
# A check is a place in differ/create that adds a finding, and what tests/wrong/checks lists
# besides. In a copy of the project it is replaced by nothing, ksplice-create is built,
# and the cases run that could notice: those that expect the finding, or that the list
# names. If all of them pass all the same, the check is not tested. What no source in C
# can lead to is named there, too ("unreached"). ONLY=REGEX: those whose name it
# matches.
set -eu -o pipefail

top=$(readlink -f "$(dirname "$0")/../..")
tree=${1-${KSPLICE_TREE-}}
[ -n "$tree" ] || tree=$("$top/tests/kernel/make_tree" recorded)
small=$("$top/tests/kernel/make_tree" recorded --config small --form in-tree)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
copy=$work/copy
failed=0 noticed=0

(cd "$top" && git ls-files -z | cpio -0pdm --quiet "$copy")
cp -a "$top/build" "$copy/build"
# An object says where its source is.
rm -rf "$copy"/build/obj "$copy"/build/san
# In place of a check: its arguments are still read by the compiler.
cat >>"$copy/differ/create/finding.h" <<'END'
#define finding_take_out(list, kind, ...) ((void)(list), (void)(kind))
END

build() {
	make -C "$copy" -j"$(nproc)" build/bin/ksplice-create >"$work/make.log" 2>&1 || {
		tail -n 20 "$work/make.log"
		return 1
	}
}

# The cases in which the finding decides something.
list_cases() {
	local pattern="(refused|finding|irreversible)( .*)?\\b$1\\b"
	[ "$1" != without-effect ] || pattern='without-effect '
	grep -lE "^$pattern" "$copy"/tests/wrong/*/expect | xargs -r -n 1 dirname | xargs -r -n 1 basename
}

# run_cases CASE...: fails if one of them does. In the small kernel run those that the other
# one leaves out.
run_cases() {
	local status=0
	CASES="$*" "$copy/tests/differ/wrong_patches.sh" "$tree" none >"$work/cases" 2>&1 || status=1
	cat "$work/cases" >>"$work/log"
	[ $status = 0 ] && grep -q '^skipped ' "$work/cases" || return $status
	CASES=$(sed -n 's/^skipped \([^:]*\):.*/\1/p' "$work/cases" | paste -sd ' ') \
		"$copy/tests/differ/wrong_patches.sh" "$small" none >>"$work/log" 2>&1
}

# try_without NAME FILE SED CASES...: what happens without it.
try_without() {
	local name=$1 file=$2 script=$3 status=0 all
	shift 3
	all=$*
	[[ $name =~ ${ONLY:-.} ]] || return 0
	if [ $# = 0 ]; then
		echo "not ok $name: no case of tests/wrong expects it"
		failed=$((failed + 1))
		return 0
	fi
	cp "$copy/$file" "$work/whole"
	sed -i -E "$script" "$copy/$file"
	if cmp -s "$work/whole" "$copy/$file"; then
		echo "not ok $name: the check is not found in $file"
		failed=$((failed + 1))
		return 0
	fi
	build || status=2
	: >"$work/log"
	# Two at a time, as many as it takes.
	while [ $status = 0 ] && [ $# -gt 0 ]; do
		run_cases "$1" "${2-}" || status=1
		shift $(($# > 1 ? 2 : 1))
	done
	if [ $status = 1 ] && grep -q '^not ok' "$work/log"; then
		noticed=$((noticed + 1))
		echo "ok $name: noticed by $(sed -n 's/^not ok \([^: ]*\).*/\1/p' "$work/log" |
			sort -u | paste -sd ' ')"
	else
		failed=$((failed + 1))
		echo "not ok $name: nobody notices: $all"
		tail -n 3 "$work/log"
	fi
	cp "$work/whole" "$copy/$file"
}

# FILE:LINE KIND of each place that adds a finding with one of the kinds of the table.
list_places() {
	(cd "$copy" && awk '
		/finding_add\(/ { place = FILENAME ":" FNR }
		place && match($0, /FINDING_[A-Z_]+/) {
			print place, substr($0, RSTART, RLENGTH)
			place = ""
		}
		/;/ { place = "" }' differ/create/{assess_*,closure}.c)
}

build || exit 1
while read -r place kind; do
	reason=$(sed -n "s/.*\[$kind\] = {\"\([^\"]*\)\".*/\1/p" "$copy/differ/create/finding.c")
	file=${place%:*}
	if grep -q "^unreached $reason ${file##*/}$" "$copy/tests/wrong/checks"; then
		echo "unreached $reason at ${place#differ/create/}"
		continue
	fi
	mapfile -t cases < <(list_cases "$reason")
	try_without "$reason at ${place#differ/create/}" "${place%:*}" \
		"${place#*:}s/finding_add\(/finding_take_out(/" \
		${cases[@]+"${cases[@]}"}
done < <(list_places)

# NAME FILE CASE[,CASE...] SED
while read -r name file cases script; do
	case $name in '' | '#'* | unreached) continue ;; esac
	# shellcheck disable=SC2086 # words
	try_without "$name" "$file" "$script" ${cases//,/ }
done <"$copy/tests/wrong/checks"

echo "$noticed checks are missed when they are taken out, $failed are not"
[ $failed = 0 ]
