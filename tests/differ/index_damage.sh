#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# index_damage.sh - damaged records, damaged objects, a damaged index, one that cannot be
# written, and several ksplice-index at once
#
#   index_damage.sh [OBJTREE [SMALL-TREE]]
#
# The index is made anew more than twenty times, so it is that of a small kernel.
# shellcheck source=tests/differ/index_checks.sh
. "$(dirname "$0")/index_checks.sh"

KSPLICE_TREE=${2-$("$top/tests/kernel/make_tree" recorded --config small --form in-tree)}
copy=$work/copy
copy_tree "$copy"
database=$copy/.ksplice/index.db

# ---- records -------------------------------------------------------------------------

record=$copy/.ksplice/kernel/params.o.json.zst
cp -a "$record" "$work/saved"
damage() {
	local status=0
	"$index" --check --verbose "$copy" >"$work/text" 2>"$work/err" || status=$?
	check_equal "$1: the exit code" $status 2
	check_equal "$1: it is listed" "$(grep -c "^unrecorded: kernel/params.o: .*$2" "$work/text")" 1
}
head -c 200 "$work/saved" >"$record"
damage "a record cut short" 'params.o.json.zst'
echo garbage >"$record"
damage "garbage" 'params.o.json.zst'
: >"$record"
damage "an empty record" 'params.o.json.zst'
rm "$record"
mkdir "$record"
damage "a folder" 'left no record'
rmdir "$record"
damage "no record" 'left no record'
cp -a "$work/saved" "$record"

# ---- objects -------------------------------------------------------------------------

object=$copy/kernel/params.o
mv "$object" "$work/object"
head -c 500 "$work/object" >"$object"
status=0
"$index" --check --verbose "$copy" >"$work/text" 2>"$work/err" || status=$?
check_equal "an object cut short: the exit code" $status 2
check_equal "an object cut short: its functions are not known" \
	"$(grep -c '^not known: vmlinux: param_array_get (kernel/params.o): .*params.o: ' "$work/text")" 1
rm "$object"
mv "$work/object" "$object"

# ---- the index itself ----------------------------------------------------------------

# The answer of an index that is as it should be.
"$index" --json "$copy" >"$work/wanted"
cp "$database" "$work/index.db"

# again WHAT: it is made again, without a word, and stays.
again() {
	local status=0
	"$index" --json "$copy" >"$work/got" 2>"$work/err" || status=$?
	check_equal "$1: the exit code" $status 0
	check_equal "$1: the answer" "$(cmp "$work/wanted" "$work/got" 2>&1)" ""
	check_equal "$1: stderr" "$(cat "$work/err")" ""
	check_equal "$1: is sound again" "$(sqlite3 "$database" 'PRAGMA integrity_check')" ok
}
head -c 100000 /dev/urandom >"$database"
again "an index of garbage"
: >"$database"
again "an empty index"
head -c 50000 "$work/index.db" >"$database"
again "an index cut short"
head -c 50 "$work/index.db" >"$database"
again "an index of 50 bytes"
{
	head -c 20480 "$work/index.db"
	head -c 2000000 /dev/urandom
	tail -c +2020481 "$work/index.db"
} >"$database"
again "an index with damage in the middle"
# What SQLite does not see: a letter of a name.
place=$(grep -obUa -m 1 vfs_read "$work/index.db" | head -n 1 | cut -d: -f1)
cp "$work/index.db" "$database"
flip_byte "$database" "$place"
again "an index with another letter"
rm -f "$database.digest"
again "an index without its digest"
rm -f "$database.digest"
head -c 2000000 "$work/index.db" >"$database"
again "an index cut short, without its digest"
sqlite3 "$database" 'PRAGMA user_version = 1'
again "an index of another version"
# Rules change: what was said by one that is no longer there, and what one now says.
sqlite3 "$database" "UPDATE unit SET state = 'excluded', reason = 'a rule of old'
	WHERE state = 'assembly'"
rm -f "$database.digest"
again "an index with an older rule"
sqlite3 "$database" "UPDATE unit SET state = 'unrecorded', reason = 'the compile left no record'
	WHERE state = 'excluded'"
rm -f "$database.digest"
again "an index without a newer rule"
rm "$database"
sqlite3 "$database" 'CREATE TABLE unit(other); INSERT INTO unit VALUES(1)'
again "another database"

# ---- where it cannot be written ------------------------------------------------------

# Not by permissions: root has them all. A read-only mount stops everybody.
read_only() {
	# shellcheck disable=SC2016 # for the inner shell
	unshare -m sh -c 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift &&
		exec "$@"' sh "$copy/.ksplice" "$index" --json "$copy"
}
if unshare -m true 2>"$work/err"; then
	read_only >"$work/got"
	check_equal "read-only, up to date" "$(cmp "$work/wanted" "$work/got" 2>&1)" ""
	echo garbage >"$database"
	read_only >"$work/got"
	check_equal "read-only, damaged" "$(cmp "$work/wanted" "$work/got" 2>&1)" ""
	rm "$database"
	read_only >"$work/got"
	check_equal "read-only, none" "$(cmp "$work/wanted" "$work/got" 2>&1)" ""
	check_equal "read-only: none is made" "$([ ! -e "$database" ] && echo yes)" yes
else
	echo "not tried: a read-only .ksplice, because there is no mounting here"
fi
rm -f "$database"
mkdir "$database"
status=0
"$index" "$copy" >"$work/text" 2>"$work/err" || status=$?
check_equal "a folder in its place" "$status $(grep -c 'index.db' "$work/err")" "1 1"
rmdir "$database"

# ---- several at once -----------------------------------------------------------------

# at_once WHAT: four of them, all right.
at_once() {
	local n jobs=()
	for n in 1 2 3 4; do
		"$index" --json "$copy" >"$work/got$n" 2>"$work/err$n" &
		jobs+=($!)
	done
	for n in 1 2 3 4; do
		wait "${jobs[n - 1]}" || check_equal "$1: $n" "exit code $?" 0
		check_equal "$1: $n" "$(cmp "$work/wanted" "$work/got$n" 2>&1; cat "$work/err$n")" ""
	done
	check_equal "$1: the index is sound" "$(sqlite3 "$database" 'PRAGMA integrity_check')" ok
}
rm -f "$database"
at_once "four at once, from nothing"
head -c 100000 /dev/urandom >"$database"
at_once "four at once, from garbage"
exit $failed
