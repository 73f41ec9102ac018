#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# split_sections.sh - KSPLICE_SPLIT=1: functions and variables in shared sections get one
# each, and the unit says the same as without
#
#     tests/recorder/split_sections.sh [OBJTREE [COUNT]]
#
# On a source of its own, for each compiler that there is a plugin for; and on COUNT (30)
# objects of the kernel, compiled as ksplice-create compiles them. The tree is only read.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/recorder/result_lines.sh
. "$here/result_lines.sh"
# shellcheck source=tests/recorder/kernel_commands.sh
. "$here/kernel_commands.sh"
tree=${1-}
count=${2:-30}
sections="-ffunction-sections -fdata-sections"
cd "$folder" || exit 1

cat >a.c <<'SOURCE'
#define in_section(name) __attribute__((section(name)))
extern void keep(const volatile void *);
static int in_section(".data..read_mostly") before[4] = {1, 2, 3, 4};
static int in_section(".data..read_mostly") items[4] = {5};
int in_section(".data..read_mostly") global;
extern int alias __attribute__((alias("global")));
extern int elsewhere in_section(".data..read_mostly");
static int in_section(".data..percpu") per_cpu;
static long in_section(".data..ro_after_init") sealed = 1;
static char in_section(".data.once") once;
static char in_section(".bss..page_aligned") page[4096] __attribute__((aligned(4096)));
static const char in_section(".init.rodata") boot[] = "boot";
static int in_section(".unknown") unknown_first = 1, in_section(".unknown") unknown_second = 2;
static int in_section("__dyndbg") site_first = 1, in_section("__dyndbg") site_second = 2;
static __attribute__((noinline)) int in_section(".sched.text") callee(int i) { keep(&i); return i + 1; }
int in_section(".sched.text") caller(int i) { return callee(i) + 1; }
static inline __attribute__((always_inline)) int in_section(".ref.text") inlined(int i) { keep(&i); return i + 7; }
static int in_section(".ref.text") inlined_once(int i) {
	for (; i < 9; i += 3) { keep(&i); keep(&i); keep(&i); keep(&i); keep(&i); keep(&i); keep(&i); keep(&i); }
	return inlined(i) + inlined(i + 1);
}
int in_section(".ref.text") first_inliner(int i) { return inlined(i) + inlined_once(i); }
int in_section(".ref.text") second_inliner(int i) { return inlined(i) - 1; }
int in_section(".noinstr.text") quiet(void) { return 3; }
int in_section(".ref.text") code(void) { return 1; }
int in_section(".ref.text") more_code(void) { return 2; }
int first(int i) {
	static int in_section(".data..read_mostly") calls = 1;
	calls += i;
	keep(&unknown_first); keep(&site_first); keep(&sealed); keep(&once); keep(page);
	keep(before);
	return items[i - 1] + calls + elsewhere + alias;
}
int second(int i) {
	static int in_section(".data..read_mostly") calls = 2;
	calls += i;
	keep(&unknown_second); keep(&site_second); keep(&per_cpu); keep(boot);
	return calls;
}
SOURCE

# list_sections OBJECT: of each section "name type flags", without the suffix and once;
# empty ones do not count.
list_sections() {
	readelf -SW "$1" | sed -nE 's/^ *\[ *[0-9]+\] ([^ ]+) +(PROGBITS|NOBITS) +[0-9a-f]+ [0-9a-f]+ ([0-9a-f]+) [0-9a-f]+ +([A-Z]*) .*/\1 \2 \4 \3/p' |
		awk '$NF !~ /^0+$/ { NF--; sub(/\.ksplice_split\.[^ ]*/, ""); print }' | LC_ALL=C sort -u
}

# place SYMBOL: the name of its section in split.o.
place() {
	local number
	number=$(readelf -sW split.o | awk -v name="$1" '$8 == name { print $7 }')
	readelf -SW split.o | sed -nE "s/^ *\\[ *$number\\] ([^ ]+).*/\\1/p"
}

# in SYMBOL SECTION: it is there.
is_in() {
	local found
	found=$(place "$1")
	check "$gcc: the section of $1" "'$found', not '$2'" test "$found" = "$2"
}

for plugin in "$build"/lib/ksplice/ksplice-plugin-*.so; do
	major=${plugin##*-}
	gcc=gcc-${major%.so}
	command -v "$gcc" >/dev/null || continue
	# shellcheck disable=SC2206 # words
	flags=(-O2 -fno-pie -mcmodel=kernel $sections "-fplugin=$plugin" -c a.c)
	"$gcc" "${flags[@]}" -o plain.o || exit 1
	KSPLICE_UNIT=whole.json KSPLICE_SPLIT=0 "$gcc" "${flags[@]}" -o whole.o || exit 1
	KSPLICE_UNIT=split.json KSPLICE_SPLIT=1 "$gcc" "${flags[@]}" -o split.o || exit 1
	check "$gcc: nothing where nobody asks" "it differs" cmp plain.o whole.o
	check "$gcc: the same unit" "$(diff <(jq . whole.json) <(jq . split.json))" \
		cmp whole.json split.json
	check "$gcc: sections keep type and flags" \
		"$(diff <(list_sections whole.o) <(list_sections split.o))" \
		cmp <(list_sections whole.o) <(list_sections split.o)
	mark=.ksplice_split.
	for name in before items global calls.0 calls.1; do
		is_in $name .data..read_mostly$mark$name
	done
	is_in alias .data..read_mostly${mark}global
	is_in per_cpu .data..percpu${mark}per_cpu
	is_in sealed .data..ro_after_init${mark}sealed
	is_in once .data.once${mark}once
	is_in page .bss..page_aligned${mark}page
	is_in boot .init.rodata${mark}boot
	for name in unknown_first unknown_second; do is_in $name .unknown; done
	for name in site_first site_second; do is_in $name __dyndbg; done
	for name in code more_code first_inliner second_inliner; do is_in $name .ref.text$mark$name; done
	for name in callee caller; do is_in $name .sched.text$mark$name; done
	is_in quiet .noinstr.text
	check "$gcc: a call within the section keeps its relocation" "it is bound" \
		grep -qE '(PLT|PC)32 .* (callee|\.sched\.text\.ksplice_split\.callee) - 4' <(readelf -rW split.o)
done

if [ -z "$tree" ]; then
	skip "objects of a kernel" "no kernel is given"
	exit "$failed"
fi
list_commands "$tree" "$count" >commands
cd "$tree" || exit 1

# compile_object FOLDER OBJECT COMMAND SOURCE: what went wrong, else "split N": the
# number of sections that it has more.
compile_object() {
	local object=$2 source=$4 plugin command whole split
	command=$3
	plugin=$("${command%% *}" -dumpversion)
	command="$command $sections -g0 -fplugin=$build/lib/ksplice/ksplice-plugin-${plugin%%.*}.so"
	KSPLICE_UNIT=$1/whole.json KSPLICE_LAYOUTS=1 \
		eval "$command -c -o $1/whole.o $source" || { echo "whole: $object"; return; }
	KSPLICE_UNIT=$1/split.json KSPLICE_LAYOUTS=1 KSPLICE_SPLIT=1 \
		eval "$command -c -o $1/split.o $source" || { echo "split: $object"; return; }
	tail -c 2 "$1/whole.json" | grep -q '}' || echo "no unit: $object"
	jq -e 'all(.functions[]; .signature)' "$1/whole.json" >/dev/null ||
		echo "a function without signature: $object"
	cmp -s "$1/whole.json" "$1/split.json" || echo "unit differs: $object"
	list_sections "$1/whole.o" >"$1/whole.list"
	list_sections "$1/split.o" >"$1/split.list"
	cmp -s "$1/whole.list" "$1/split.list" ||
		echo "sections: $object: $(diff "$1/whole.list" "$1/split.list" | tr '\n' ' ')"
	whole=$(readelf -SW "$1/whole.o" | grep -c '\]')
	split=$(readelf -SW "$1/split.o" | grep -c '\]')
	echo "split $((split - whole))"
}

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
objects=$(grep -c . "$folder/commands")
new=$(awk '$1 == "split" { sum += $2 } END { print sum + 0 }' "$folder/results")
problems=$(grep -v '^split ' "$folder/results")
check "the same units: $objects objects, $new more sections" "
$problems" test -z "$problems" -a "$objects" -gt 0 -a "$new" -gt 0
exit "$failed"
