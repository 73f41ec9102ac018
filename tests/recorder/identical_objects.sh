#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# identical_objects.sh - recording changes no byte of any object
#
#     tests/recorder/identical_objects.sh OBJTREE [COUNT [FLAGS...]]
#
# Compiles COUNT objects of a built kernel again (40), with the exact commands of its
# build and FLAGS: plain, with ksplice-cc, and with ksplice-cc and -ffunction-sections
# -fdata-sections. The first two must be equal, and the two records as well. The tree
# is only read.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/recorder/result_lines.sh
. "$here/result_lines.sh"
# shellcheck source=tests/recorder/kernel_commands.sh
. "$here/kernel_commands.sh"
tree=$1
count=${2:-40}
shift $(($# < 2 ? $# : 2))
flags=$*
sections="-ffunction-sections -fdata-sections"
[ -d "$tree" ] || {
	echo "no kernel: $0 OBJTREE [COUNT [FLAGS...]]"
	exit 77
}
list_commands "$tree" "$count" >"$folder/commands"
cd "$tree" || exit 1

# compile_object FOLDER OBJECT COMMAND SOURCE: what went wrong, else "functions N".
compile_object() {
	local output=$1/object.o record=$1/.ksplice/object.o.json.zst object=$2
	local command="$3 $flags" source=$4
	rm -rf "$1/.ksplice"
	eval "$command -c -o $output $source" || { echo "plain: $object"; return; }
	mv "$output" "$1/plain.o"
	eval "$wrapper $command -c -o $output $source" || { echo "recorded: $object"; return; }
	cmp -s "$1/plain.o" "$output" || echo "differs: $object"
	list_all "$record" >"$1/list"
	[ -s "$1/list" ] || { echo "no record: $object"; return; }
	eval "$wrapper $command $sections -c -o $output $source"
	list_all "$record" >"$1/list.sections"
	cmp -s "$1/list" "$1/list.sections" ||
		echo "hashes: $object: $(diff "$1/list" "$1/list.sections" | tr '\n' ' ')"
	echo "functions $(list_functions "$record" | wc -l)"
}

# One worker per processor, each with a share of the objects.
workers=$(nproc)
for ((worker = 0; worker < workers; worker++)); do
	mkdir "$folder/$worker"
	awk -v n="$workers" -v i="$worker" 'NR % n == i' "$folder/commands" |
		while IFS=$'\t' read -r object command source; do
			compile_object "$folder/$worker" "$object" "$command" "$source"
		done >"$folder/$worker/result" 2>&1 &
done
wait
cat "$folder"/*/result >"$folder/results"
objects=$(wc -l <"$folder/commands")
functions=$(awk '$1 == "functions" { sum += $2 } END { print sum + 0 }' "$folder/results")
problems=$(grep -v '^functions ' "$folder/results")
check "objects" "there are none in $tree" test "$objects" -gt 0
check "identical and stable: $objects objects, $functions functions" "
$problems" test -z "$problems" -a "$functions" -gt 0
exit "$failed"
