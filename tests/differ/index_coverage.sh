#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# index_coverage.sh - every object of the kernel has its record, and every function that
# the compiler made has a proven place in vmlinux
set -eu

top=$(readlink -f "$(dirname "$0")/../..")
bin=$top/${KSPLICE_BUILD:-build}/bin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

check() {
	if [ "$2" = "$3" ]; then
		echo "ok $1"
	else
		echo "not ok $1: $2, not $3"
		failed=1
	fi
}

"$bin/ksplice-index" --check --json "$KSPLICE_TREE" >"$work/index.json"
jq '{objects, recorded, unrecorded, assembly, excluded, sections, sections_proven}' \
	"$work/index.json"
check "objects without a record" "$(jq .unrecorded "$work/index.json")" 0
check "every object is accounted for" \
	"$(jq '.recorded + .unrecorded + .assembly + .excluded - .objects' "$work/index.json")" 0

# What has no proven place: replacements for alternatives, where all of it is relocated or
# lies between unknown neighbours, and what the linker script threw away.
unproven=$(jq -r '.unproven_sections[] | .section' "$work/index.json" |
	grep -E '^\.text|^\.(sched|noinstr|entry|init|ref|meminit|cpuidle|kprobes|spinlock|irqentry|softirqentry)\.text' |
	sort | uniq -c || true)
check "functions without a proven place" "$unproven" ""

# The index is up to date now: a second run changes nothing.
before=$(sqlite3 "$KSPLICE_TREE/.ksplice/index.db" .dump | sha256sum)
"$bin/ksplice-index" "$KSPLICE_TREE" >"$work/text"
check "a second run changes nothing" \
	"$(sqlite3 "$KSPLICE_TREE/.ksplice/index.db" .dump | sha256sum)" "$before"
grep -q '^  unrecorded: *0$' "$work/text" || check "the text says so too" no yes

# A record that cannot be read makes its object unrecorded, with the reason. (In a copy of
# the tree; what is not written in it may be links.)
copy=$work/copy
cp -al "$KSPLICE_TREE" "$copy" 2>/dev/null || {
	rm -rf "$copy"
	cp -a "$KSPLICE_TREE" "$copy"
}
rm -rf "$copy/.ksplice"
cp -a "$KSPLICE_TREE/.ksplice" "$copy/"
record=$copy/.ksplice/kernel/groups.o.json.zst
cp -a "$record" "$work/saved"
damage() {
	local status=0
	"$bin/ksplice-index" --check --verbose "$copy" >"$work/text" 2>"$work/err" ||
		status=$?
	check "$1: the exit code" $status 2
	check "$1: it is listed" "$(grep -c "^unrecorded: kernel/groups.o: .*$2" "$work/text")" 1
}
head -c 200 "$work/saved" >"$record"
damage "a record cut short" 'groups.o.json.zst'
echo garbage >"$record"
damage "garbage" 'no valid JSON'
echo '{"format":99,"object":"kernel/groups.o"}' >"$record"
damage "another format" 'format 99'
rm "$record"
damage "no record" 'left no record'
exit $failed
