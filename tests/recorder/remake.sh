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
# shellcheck source=tests/recorder/kernel_commands.sh
. "$here/kernel_commands.sh"
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

# Evenly spread, more than any batch of the processors here, and none that is the
# dictionary of the others.
dictionary=$(stat -c %i "$copy/.ksplice/dictionary.zst")
mapfile -t objects < <(list_commands "$copy" 20 | cut -f1 | while read -r object; do
	record=$copy/.ksplice/$object.json.zst
	[ ! -e "$record" ] || [ "$(stat -c %i "$record")" = "$dictionary" ] || echo "$object"
done | head -n 12)
check "objects to record" "${objects[*]}" test ${#objects[@]} = 12
for object in "${objects[@]}"; do
	essence "$object" >"$folder/${object//\//-}.before"
	rm "$copy/.ksplice/$object.json.zst"
done
"$index" --check "$copy" >"$folder/out" 2>&1
check "they are missed" "exit code $?" grep -q "unrecorded: *${#objects[@]}\$" "$folder/out"
"$index" --record "$copy" >"$folder/out" 2>"$folder/err"
check "they are recorded" "$(cat "$folder/err" "$folder/out")" \
	grep -q "^recorded now: ${#objects[@]}, still not recorded: 0\$" "$folder/out"
for object in "${objects[@]}"; do
	before=$folder/${object//\//-}.before
	essence "$object" >"$folder/after"
	check "the record of $object" "$(diff "$before" "$folder/after" | head -c 500)" \
		cmp -s "$before" "$folder/after"
done
"$index" --check "$copy" >"$folder/out" 2>&1
check "none is missed" "$(grep unrecorded "$folder/out")" grep -q 'unrecorded: *0$' "$folder/out"

# One byte of a function is another: the command does not make this object.
# text_offset FILE: where its .text is, if it has more than 32 bytes.
text_offset() {
	readelf -SW "$1" | sed 's/^ *\[ *[0-9]*\]//' |
		awk '$1 == ".text" && length($5) && $5 !~ /^0+([0-1].|20)?$/ { print $4 }'
}
for other in "${objects[@]}"; do
	offset=$(text_offset "$copy/$other")
	[ -z "$offset" ] || break
done
check "an object with code" "${objects[*]}" test -n "$offset"
rm "$copy/.ksplice/$other.json.zst"
cp "$copy/$other" "$folder/other.o"
printf '\xcc' | dd of="$folder/other.o" bs=1 seek=$((0x$offset + 32)) conv=notrunc 2>/dev/null
rm "$copy/$other" && cp "$folder/other.o" "$copy/$other"
"$index" --json "--record=$other" "$copy" >"$folder/out" 2>"$folder/err"
status=$?
check "another object: refused" "exit code $status, $(cat "$folder/out")" test "$status" = 2
check "another object: named" "$(cat "$folder/out")" test \
	"$(jq -r '.failures[0] | .object, .reason' "$folder/out" | tr '\n' ' ')" = \
	"$other object-differs "
check "another object: no record" "there is one" test ! -e "$copy/.ksplice/$other.json.zst"
"$index" --record=kernel/missing.o "$copy" >"$folder/out" 2>"$folder/err"
status=$?
check "no such object" "$(cat "$folder/out" "$folder/err")" test "$status" = 2
exit "$failed"
