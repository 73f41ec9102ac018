# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# create_checks.sh - patches of a kernel's source and the answers of ksplice-create to
# them; sourced by tests
#
# Gives $create, the program; $work, a folder that goes when the test ends, which also
# holds TMPDIR; use_tree, patch_with, answer, list_trees, and check_untouched. The test ends
# with: exit $failed
set -eu -o pipefail

top=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/../..")
# shellcheck disable=SC2034 # the tests use it
create=$top/${KSPLICE_BUILD:-build}/bin/ksplice-create
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
mkdir "$work/tmp" "$work/out"
export TMPDIR=$work/tmp
# shellcheck source=tests/verdict_lines.sh
. "$top/tests/verdict_lines.sh"

# use_tree OBJTREE: sets $tree and $source, which are the same folder for a kernel that was
# built in its source tree; and $sysinfo, the function that has the code of do_sysinfo, which
# two system calls share where there are those of 32 bits.
use_tree() {
	tree=$(readlink -f "$1")
	source=$tree
	[ ! -d "$tree/source/" ] || source=$(readlink -f "$tree/source")
	# shellcheck disable=SC2034 # the tests use it
	sysinfo=$(nm "$tree/kernel/sys.o" | awk '
		$3 ~ /^do_sysinfo(\.isra\.[0-9]+)?$/ { name = $3 }
		END { print name ? name : "__do_sys_sysinfo" }')
}

# patch_with FILE SED...: makes $work/fix.patch, the diff that the sed commands make of it.
patch_with() {
	local file=$1
	shift
	rm -rf "$work/a" "$work/b"
	mkdir -p "$work/a/$(dirname "$file")" "$work/b/$(dirname "$file")"
	cp "$source/$file" "$work/a/$file"
	sed "$@" "$source/$file" >"$work/b/$file"
	(cd "$work" && diff -u "a/$file" "b/$file") >"$work/fix.patch" || true
	[ -s "$work/fix.patch" ] || not_ok "the commands do not change $file: $*"
}

# answer NAME WANTED [OBJTREE]: what ksplice-create says to fix.patch: "created" and the
# functions that are replaced, the reason of a refusal, or "no-change". Each update that is
# made is audited.
answer() {
	local status=0 got
	"$top/tests/create_audited" --quiet --json --patch="$work/fix.patch" \
		--output="$work/out" "${3-$tree}" >"$work/json" 2>"$work/err" || status=$?
	got=$(jq -r 'if .result == "created" then "created " + (.functions | sort | join(" "))
		elif .result == "refused" then .reason else .result end' "$work/json" || true)
	case "$status $got" in
	"0 created "* | "2 "* | "3 no-change") ;;
	*) got="status $status, $got" ;;
	esac
	if [ "$got" = "$2" ]; then
		ok "$1: $got"
	else
		not_ok "$1: $got, not $2"
		sed 's/^/  /' "$work/err"
	fi
}

# Every file of the object tree and of its source, with size and time of its last write (the
# other times change when somebody makes links to it). The index and the
# template in .ksplice are made once; they are all that create may write.
list_trees() {
	find "$source" "$tree" -path "$tree/.ksplice" -prune -o -type f \
		-printf '%p %s %T@\n' | sort
}

# check_untouched NAME LIST: LIST is a file with what list_trees said before.
check_untouched() {
	list_trees >"$work/after"
	if cmp -s "$2" "$work/after"; then
		ok "$1: the trees are as they were"
	else
		not_ok "$1: something in the trees was written"
		diff "$2" "$work/after" | head -n 5 || true
	fi
	if [ -z "$(ls -A "$work/tmp")" ]; then
		ok "$1: nothing is left in TMPDIR"
	else
		not_ok "$1: left in TMPDIR: $(ls "$work/tmp")"
	fi
}
