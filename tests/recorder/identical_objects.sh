#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# identical_objects.sh - recording changes no byte of any object
#
#     tests/recorder/identical_objects.sh OBJTREE [COUNT [FLAGS...]]
#
# Compiles COUNT objects of a built kernel again (100), with the exact commands of its
# build and FLAGS: plain, with ksplice-cc, and with ksplice-cc and -ffunction-sections
# -fdata-sections. The first two must be equal, and the two records as well. The tree
# is only read.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/result_lines.sh"
. "$here/kernel_commands.sh"
tree=$1
count=${2:-100}
shift $(($# < 2 ? $# : 2))
flags=$*
[ -d "$tree" ] || { echo "usage: $0 OBJTREE [COUNT [FLAGS...]]" >&2; exit 1; }
list_commands "$tree" "$count" >"$folder/commands"
cd "$tree" || exit 1

sections="-ffunction-sections -fdata-sections"
objects=0
functions=0
different=0
unstable=0
while IFS=$'\t' read -r object command source; do
	objects=$((objects + 1))
	output=$folder/object.o
	record=$folder/.ksplice/object.o.json.gz
	eval "$command $flags -c -o $output $source" || { not_ok "$object" "plain"; continue; }
	mv "$output" "$folder/plain.o"
	eval "$wrapper $command $flags -c -o $output $source" ||
		{ not_ok "$object" "recorded"; continue; }
	cmp -s "$folder/plain.o" "$output" ||
		{ not_ok "$object" "the object differs"; different=$((different + 1)); }
	list_all "$record" >"$folder/list" || { not_ok "$object" "no record"; continue; }
	functions=$((functions + $(list_functions "$record" | wc -l)))
	eval "$wrapper $command $flags $sections -c -o $output $source"
	list_all "$record" >"$folder/list.sections"
	cmp -s "$folder/list" "$folder/list.sections" || {
		not_ok "$object" "hashes differ with $sections:
$(diff "$folder/list" "$folder/list.sections" | head -n 6)"
		unstable=$((unstable + 1))
	}
done <"$folder/commands"
check "objects" "there are none in $tree" test "$objects" -gt 0
check "identical: $objects objects" "$different differ" test "$different" = 0
check "stable: hashes of $functions functions" "$unstable objects" test "$unstable" = 0
exit $failed
