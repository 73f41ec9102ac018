#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# no_change.sh - a change of the source that changes no code is no change, however the
# kernel was built
#
#     tests/long/no_change.sh [OBJTREE [COUNT [SEED [FILE]]]]
#
# Draws COUNT (300) of the .c files that vmlinux consists of, but for those that programs of the
# build consist of too (tools/): a patch of these is refused, whatever it changes. Each gets
# a blank line and a comment on top, and another name for a local variable, in one patch,
# to which ksplice-create must say "no change". A renamed variable that does not compile (a macro
# meant its name) is drawn again, three times; then the patch goes without one. Once in the
# object tree of the test kernel (or OBJTREE) and once in a kernel that was built the other
# way: in its source tree, or with O=. SEED (1) decides what is drawn. FILE is a pattern
# of those to do.
# shellcheck source=tests/differ/create_checks.sh
. "$(dirname "$0")/../differ/create_checks.sh"

count=${2:-300}
seed=${3:-1}
only=${4:-*}
mutate=$top/build/tests/recorder/source_mutation

# write_patch FILE ATTEMPT: without a renamed variable as the third attempt failed.
write_patch() {
	local kind=renamed
	rm -rf "$work/a" "$work/b"
	mkdir -p "$work/a/$(dirname "$1")" "$work/b/$(dirname "$1")"
	cp "$source/$1" "$work/a/$1"
	if [ "$2" = 3 ] || ! "$mutate" local-name "$seed $1 $2" "$source/$1" >"$work/mutated" \
		2>"$work/what"; then
		cp "$source/$1" "$work/mutated"
		kind=plain
	fi
	{ printf '\n/* A comment. */\n' && cat "$work/mutated"; } >"$work/b/$1"
	(cd "$work" && diff -u "a/$1" "b/$1") >"$work/fix.patch" || [ $? = 1 ]
	[ $kind = renamed ]
}

# May the renamed variable be in a string, by # of a macro? Then the code does change:
# mutex_init(&name->lock), WARN_ON(name), VMCOREINFO_NUMBER(name).
is_string_of_name() {
	grep -qE '^-.*(_init(_[a-z]+)?\(&|[A-Z]{2}[A-Z_0-9]*\()' "$work/fix.patch"
}

# try_file FILE: counts it in $equal, $renamed or prints what is wrong.
try_file() {
	local attempt status is_renamed
	for attempt in 0 1 2 3; do
		is_renamed=1
		write_patch "$1" $attempt || is_renamed=0
		status=0
		"$create" --quiet --patch="$work/fix.patch" --output="$work/out" "$tree" \
			>"$work/log" 2>"$work/err" || status=$?
		[ $is_renamed = 1 ] || break
		case $status in
		0 | 2) is_string_of_name || break ;;
		1) grep -q 'does not compile' "$work/err" || break ;;
		*) break ;;
		esac
	done
	if [ $status = 3 ]; then
		equal=$((equal + 1)) renamed=$((renamed + is_renamed))
		return
	fi
	not_ok "$1: exit code $status: $(head -n 1 "$work/err") ($(head -n 1 "$work/what"))"
}

# is_made FILE: does the build write it? Then it is no file for a patch.
is_made() {
	local pattern
	[[ $1 != *.asn1.c ]] || return 0
	[ -e "$source/${1%/*}/.gitignore" ] || return 1
	while read -r pattern; do
		# shellcheck disable=SC2053 # it is a pattern
		[[ ${1##*/} != ${pattern#/} ]] || return 0
	done <"$source/${1%/*}/.gitignore"
	return 1
}

# try_form NAME: the drawn files, in $tree.
try_form() {
	local file tried=0
	equal=0 renamed=0
	"$top/build/bin/ksplice-index" "$tree" >"$work/log" 2>&1 || {
		not_ok "$1: the index: $(tail -n 1 "$work/log")"
		return
	}
	sqlite3 "$tree/.ksplice/index.db" "SELECT source FROM unit WHERE state = 'recorded' AND
		target = 'vmlinux' AND source NOT LIKE 'source:tools/%'" | sed "s|^source:||; s|^$tree/||" | LC_ALL=C sort -u |
		grep '\.c$' | while read -r file; do
		[ ! -e "$source/$file" ] || is_made "$file" || echo "$file"
	done | shuf --random-source=<(yes "$seed" 2>/dev/null) -n "$count" >"$work/files"
	while read -r file; do
		# shellcheck disable=SC2254 # FILE is a pattern
		case $file in $only) ;; *) continue ;; esac
		tried=$((tried + 1))
		try_file "$file"
	done <"$work/files"
	if [ $tried -gt 0 ] && [ $equal = $tried ]; then
		ok "$1: $equal of $tried files: no change ($renamed with a renamed variable)"
	else
		not_ok "$1: $equal of $tried files: no change"
	fi
	# Where nothing is renamed, half of this tests nothing.
	[ "$only" != '*' ] || [ $((renamed * 2)) -gt $tried ] ||
		not_ok "$1: a variable was renamed in $renamed files only"
}

echo "seed $seed"
use_tree "${1:-$("$top/tests/kernel/make_tree" recorded)}"
other=in-tree
[ "$source" != "$tree" ] || other=absolute
try_form "$([ $other = in-tree ] && echo O= || echo in-tree)"
use_tree "$("$top/tests/kernel/make_tree" recorded --form $other)"
try_form "$other"
exit $failed
