#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# remake.sh - records made after the fact are those that the build would have left
#
# On a copy of the recorded tree: records are taken away, made again from kbuild's saved
# commands, and compared; an object that is not what its command makes is refused.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/recorder/result_lines.sh
. "$here/result_lines.sh"
index=$build/bin/ksplice-index
[ -d "${KSPLICE_TREE-}" ] || {
	echo "KSPLICE_TREE names no kernel"
	exit 77
}
# What is replaced is unlinked first, so the files may be links.
copy=$folder/copy
cp -al "$KSPLICE_TREE/" "$copy" 2>/dev/null || {
	rm -rf "$copy"
	cp -a "$KSPLICE_TREE/" "$copy"
}
rm -rf "$copy/.ksplice" && cp -a "$KSPLICE_TREE/.ksplice" "$copy/" || exit 1

# What a record says of code, without the time and the compiler's own files.
essence() {
	record_text "$copy/.ksplice/$1.json.zst" | jq -S 'del(.started, .cwd)'
}

objects="kernel/groups.o lib/ctype.o kernel/configs.o fs/ext4/balloc.o"
for object in $objects; do
	essence "$object" >"$folder/${object##*/}.before"
	rm "$copy/.ksplice/$object.json.zst"
done
"$index" --check "$copy" >"$folder/out" 2>&1
check "they are missed" "exit code $?" grep -q 'unrecorded: *4$' "$folder/out"
"$index" --record "$copy" >"$folder/out" 2>"$folder/err"
check "they are recorded" "$(cat "$folder/err" "$folder/out")" \
	grep -q '^recorded now: 4, still not recorded: 0$' "$folder/out"
for object in $objects; do
	essence "$object" >"$folder/after"
	check "the record of $object" "$(diff "$folder/${object##*/}.before" "$folder/after")" \
		cmp -s "$folder/${object##*/}.before" "$folder/after"
done
"$index" --check "$copy" >"$folder/out" 2>&1
check "none is missed" "$(grep unrecorded "$folder/out")" grep -q 'unrecorded: *0$' "$folder/out"

# One byte of a function is another: the command does not make this object.
rm "$copy/.ksplice/kernel/groups.o.json.zst"
cp "$copy/kernel/groups.o" "$folder/groups.o"
offset=$(readelf -SW "$folder/groups.o" | awk '$2 == ".text" || $3 == ".text" {
	for (i = 1; i <= NF; i++) if ($i == "PROGBITS") print $(i + 2) }')
printf '\xcc' | dd of="$folder/groups.o" bs=1 seek=$((0x$offset + 32)) conv=notrunc 2>/dev/null
rm "$copy/kernel/groups.o" && cp "$folder/groups.o" "$copy/kernel/groups.o"
"$index" --json --record=kernel/groups.o "$copy" >"$folder/out" 2>"$folder/err"
status=$?
check "another object: refused" "exit code $status, $(cat "$folder/out")" test "$status" = 2
check "another object: named" "$(cat "$folder/out")" test \
	"$(jq -r '.failures[0] | .object, .reason' "$folder/out" | tr '\n' ' ')" = \
	"kernel/groups.o object-differs "
check "another object: no record" "there is one" test ! -e "$copy/.ksplice/kernel/groups.o.json.zst"
"$index" --record=kernel/missing.o "$copy" >"$folder/out" 2>"$folder/err"
status=$?
check "no such object" "$(cat "$folder/out" "$folder/err")" test "$status" = 2
exit "$failed"
