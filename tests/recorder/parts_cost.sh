#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# parts_cost.sh - what recording costs, part by part
#
#     tests/recorder/parts_cost.sh OBJTREE [OBJECT [ROUNDS]]
#
# Figures only, in two tables. The first is CPU time of a source of one line: each row has one
# part more than the row above it, and the shortest of ROUNDS (100) runs counts. The second is
# instructions in user space for OBJECT (fs/sync.o), as valgrind counts them, so that the load
# of the machine does not show: first the compiler with the plugin, then ksplice-cc.
set -eu -o pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/recorder/result_lines.sh
. "$here/result_lines.sh"
# shellcheck source=tests/recorder/kernel_commands.sh
. "$here/kernel_commands.sh"
tree=${1:?the object tree}
object=${2:-fs/sync.o}
rounds=${3:-100}
plugin=$build/lib/ksplice/ksplice-plugin-$(gcc -dumpversion).so

echo 'int f(int a) { return a; }' >"$folder/f.c"
compile="-c $folder/f.c -o $folder/f.o"
cat >"$folder/ladder" <<EOF
exec env KSPLICE_UNIT=x gcc --version
exec env KSPLICE_UNIT=x $wrapper gcc --version
exec env KSPLICE_UNIT= gcc $compile
exec env KSPLICE_UNIT= gcc -fplugin=$plugin $compile
exec env KSPLICE_UNIT=$folder/unit gcc -fplugin=$plugin $compile
exec env KSPLICE_UNIT= $wrapper gcc $compile
EOF
"$build/tests/recorder/cpu_time" "$rounds" "$folder/ladder" >"$folder/times"
cat >"$folder/titles" <<'EOF'
gcc --version
ksplice-cc gcc --version: nothing but to start another program
a compile of one line
and with the plugin, idle: its loading
and with the plugin at work
and with ksplice-cc around it, which writes the record
EOF
paste -d '\t' "$folder/times" "$folder/titles" | awk -F '\t' '
	{ printf "%8d us  %+7d  %s\n", $1, NR == 1 || NR == 3 ? 0 : $1 - last, $2; last = $1 }'

command -v valgrind >/dev/null || {
	echo "no valgrind: instructions are not counted"
	exit 0
}
line=$(list_commands "$tree" 1000000 | awk -F '\t' -v object="$object" '$1 == object')
command=$(cut -f2 <<<"$line")
source=$(cut -f3 <<<"$line")
cd "$tree"

# count FILE: "instructions function", those of the functions that it calls included.
count() {
	callgrind_annotate --threshold=100 --auto=no --inclusive=yes "$1" 2>/dev/null |
		sed -nE 's/^ *([0-9,]+) \(.*%\) +([^ ]*:)?([^ (:]+|PROGRAM TOTALS|.*::execute\(.*)(\(.*)?( \[.*)?$/\1 \3/p' |
		tr -d ,
}

# show TITLE FUNCTION...: what these take together, and of the whole.
show() {
	local title=$1
	shift
	awk -v title="$title" -v wanted=" $* " '
		/PROGRAM TOTALS/ { total = $1; next }
		index(wanted, " " $2 " ") && !seen[$2]++ { sum += $1 }
		END { printf "%9d  %6.3f %%  %s\n", sum, 100 * sum / total, title }' "$folder/count"
}

tool="valgrind,--tool=callgrind,--callgrind-out-file=$folder/cc1.out"
eval "KSPLICE_UNIT=$folder/unit $command -wrapper $tool -fplugin=$plugin -S -o $folder/x.s \
	$source" >"$folder/log" 2>&1
count "$folder/cc1.out" >"$folder/count"
awk '/PROGRAM TOTALS/ { printf "%s: %d instructions of cc1, among them\n", object, $1 }' \
	object="$object" "$folder/count"
show 'start' plugin_init
show 'static variables as they are declared' on_declaration
show 'files, assembly outside of functions' on_ipa_start
show 'inlining' on_node_removed
show 'the pass over the assembly text' unit_stream_write
show 'digests of functions' unit_hash_close_body unit_hash_close_labels
show 'hashes and JSON' unit_write

eval "$wrapper $command -c -o $folder/object.o $source"
eval "valgrind --tool=callgrind --callgrind-out-file=$folder/wrapper.out \
	$wrapper $command -c -o $folder/object.o $source" >"$folder/log" 2>&1
count "$folder/wrapper.out" >"$folder/count"
awk '/PROGRAM TOTALS/ { printf "%s: %d instructions of ksplice-cc, among them\n", object, $1 }' \
	object="$object" "$folder/count"
show 'command line and PATH' wrapper_call_read compile_command_read
show 'which compiler, which plugin' compiler_identity_read
show "the object's sections (libelf)" object_section_write
show 'the dictionary: read, unpack' record_file_read_dictionary
show '... and prepare' ZSTD_loadDictionaryContent
show 'compression' ZSTD_compressEnd
show 'JSON' json_text_add_string
