#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# hash_stability.sh - a function's hash changes when its code does, and only then
#
#     tests/recorder/hash_stability.sh
#
# For each compiler that there is a plugin for.
#
# One small source that has what makes this hard (strings, constants, static locals,
# switch tables, cold parts, inline assembly with numbered labels, __COUNTER__), and
# variants of it: those that must change nothing, and those that must change exactly
# the functions that are named.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/recorder/result_lines.sh
. "$here/result_lines.sh"
cd "$folder" || exit 1

write_source() {
	cat <<'SOURCE'
extern int print(const char *, ...);
extern void sink(const void *, ...);
extern void fail(void) __attribute__((noreturn, cold));
#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)
#define __UNIQUE_ID(name) PASTE(__UNIQUE_ID_##name, __COUNTER__)
static const int table[] = {1, 2, 3, 4}; // TABLE
static inline int helper(int x) { return x * 7 + 1; } // HELPER
struct operations { int (*run)(int); const char *name; };

int constant(int x) { return x ^ 1234; } // CONSTANT
int operand(int x, int y) { return x - y; } // OPERAND
int string(int x) { return print("the string %d\n", x); } // STRING
int same_string(int x) { return print("shared %d\n", x); }
int shared_string(int x) { return print("shared %d\n", x + 1); }
int folded(void) { return table[2]; }
extern int total;
static __attribute__((noinline)) void twin_b(int n) { total += n; }
static __attribute__((noinline)) void twin_a(int n) { total += n; } // TWIN_A
int use_twin_b(int n) { twin_b(n); return total; }
int use_twin_a(int n) { twin_a(n); return total + 1; }
int inliner(int x) { return helper(x) + 5; }
double number(double x) { return x * 1.25; } // NUMBER
int counter(void) { static int count = 5; return count++; } // STATIC
int counters(int x) {
	static int count, other;
	{ static int count; sink(&count); }
	sink(&count, &other);
	return x;
}
const char *choose(int x) {
	switch (x) { // SWITCH
	case 1: return "one";
	case 2: return "two";
	case 3: return "three";
	case 4: return "four";
	case 5: return "five";
	}
	return "many";
}
void dispatch(int x, int *y) {
	switch (x) {
	case 0: y[1] = y[3]; break;
	case 1: sink(y); break;
	case 2: print("two"); break;
	case 3: y[7] = 8; break;
	case 4: fail();
	case 5: y[9]++; break;
	case 6: sink(y + 4); break;
	}
}
int cold(int x) { if (__builtin_expect(x < 0, 0)) { print("bad %d", x); fail(); } return x + 2; } // COLD
static __attribute__((noinline)) int cloned(int x, int y) { return print("cloned %d", x + y); }
int caller(int x) { return cloned(x, 3) + cloned(x + 1, 3); }
void assembly(int x) {
	asm volatile("%c0:\n\t.pushsection .discard.reachable\n\t.long %c0b - .\n\t.popsection\n\t" : : "i" (__COUNTER__));
	asm volatile("1: bt $3, %0\n\tjc 2f\n\tnop\n2:\n\t.pushsection .text.side\n\t.long 1b - 2b\n\t.popsection" : : "r" (x)); // ASM
}
void *__UNIQUE_ID(address) __attribute__((section(".discard.addressable"), used)) = (void *)&assembly;
void unique(void) { static int __UNIQUE_ID(local); static int __UNIQUE_ID(local); sink(&__UNIQUE_ID(x)); }
static struct operations operations = {.run = caller, .name = "operations"};
void registers(void) { sink(&operations); }
const char *name(void) { return __func__; }
void compound(void) { sink((const int[]){1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}); } // COMPOUND
void here(void) { sink(&&label); label: sink(0); } // HERE
asm(".pushsection .init.data\n\t.long 7\n\t.popsection"); // TOPLEVEL
SOURCE
}
# A name of __COUNTER__ cannot be said twice; take the variable by hand.
write_source | sed 's/sink(&__UNIQUE_ID(x))/sink(0)/; s/static int __UNIQUE_ID(local); static int __UNIQUE_ID(local);/static int __UNIQUE_ID(local) __attribute__((used)), __UNIQUE_ID(local) __attribute__((used));/' >base.c

# compile NAME FLAGS...: NAME.c to a record, which is printed.
compile() {
	compile_name=$1
	shift
	"$wrapper" "$compiler" -O2 -fno-asynchronous-unwind-tables "$@" -c "$compile_name.c" \
		-o "$compile_name.o" 2>errors || cat errors >&2
	cp ".ksplice/$compile_name.o.json.zst" "$compile_name.record"
}

# unchanged NAME FLAGS...: standard input is the source.
unchanged() {
	cat >variant.c
	unchanged_name=$1
	shift
	compile variant "$@"
	list_all variant.record | grep -v -e '^above' -e '@above#' >variant.list
	difference=$(diff base.list variant.list | tr '\n' ' ')
	check "unchanged: $unchanged_name" "$difference" test -z "$difference"
}

# changed NAME SCRIPT FUNCTION...: exactly these have another hash after sed SCRIPT.
changed() {
	changed_name=$1
	sed "$2" base.c >variant.c
	shift 2
	check "variant: $changed_name" "the source is as before" \
		test "$(cmp -s base.c variant.c; echo $?)" = 1
	compile variant
	list_functions variant.record >variant.list
	list_functions base.record | diff - variant.list |
		sed -n 's/^[<>] \([^ ]*\) .*/\1/p' | sort -u | tr '\n' ' ' >names
	expected=$(printf '%s\n' "$@" | sort -u | tr '\n' ' ')
	[ $# -gt 0 ] || expected=
	check "changed: $changed_name" "changed are: $(cat names)" \
		test "$(cat names)" = "$expected"
}

test_compiler() {
compiler=$1
compile base
check "record" "no record of base.c" test -s base.record
list_all base.record >base.list
count=$(list_functions base.record | wc -l)
check "functions" "$count functions were recorded" test "$count" -ge 20

unchanged "compiled twice" <base.c
unchanged "sections" -ffunction-sections -fdata-sections <base.c
unchanged "debug information" -g <base.c
unchanged "debug information 5, sections" -gdwarf-5 -ffunction-sections <base.c
unchanged "debug information 4" -gdwarf-4 -gsplit-dwarf <base.c
unchanged "unwind tables" -fasynchronous-unwind-tables <base.c
unchanged "pipe" -pipe <base.c
{
	printf '\n\n/* a comment */\n// another\n\n'
	cat base.c
} | unchanged "lines above"
{
	cat <<'SOURCE'
extern int above_print(const char *, ...);
int above(int x)
{
	static int count, other;
	static const char *const names[] = {"a", "b", "shared %d\n"};
	asm volatile("%c0: nop; .long %c0b - ." : : "i" (__COUNTER__));
	switch (x) {
	case 1: return above_print("the string %d\n");
	case 2: return above_print("shared %d\n");
	case 3: return above_print("more");
	case 4: return count++;
	case 5: return other--;
	case 6: return above_print(names[x + count]);
	}
	for (int i = 0; i < x; i++)
		above_print(names[i & 1]);
	return x * 2.5;
}
const char *above_choose(int x)
{
	switch (x) {
	case 1: return "1";
	case 2: return "2";
	case 3: return "3";
	case 4: return "4";
	case 5: return "5";
	}
	return "more";
}
SOURCE
	cat base.c
} | unchanged "functions above"

changed "constant" '/CONSTANT/s/1234/1235/' constant
changed "operand" '/OPERAND/s/x - y/y - x/' operand
changed "string" '/STRING/s/the string/a string/' string
changed "initialiser" '/TABLE/s/3/5/' folded
changed "inline callee" '/HELPER/s/+ 1/+ 2/' inliner
changed "floating constant" '/NUMBER/s/1.25/1.5/' number
changed "initial value" '/STATIC/s/count = 5/count = 6/'
changed "switch" 's/"three"/"drei"/' choose
changed "jump table" 's/case 3: y\[7\]/case 7: y[7]/' dispatch
changed "cold part" '/COLD/s/bad/worse/' cold
# shellcheck disable=SC2016 # the dollars are the assembler's
changed "inline assembly" '/ASM/s/bt \$3/bt $4/' assembly
changed "assembly label" '/ASM/s/1b - 2b/2b - 1b/' assembly
changed "clone" 's/"cloned %d"/"kloned %d"/' cloned.constprop.0
changed "compound literal" '/COMPOUND/s/11, 12/12, 11/' compound
changed "label address" '/HERE/s/sink(&&label);/sink(\&\&label); sink(1);/' here
# Equal static functions are one, with two names; the assembler decides which body it is.
check "one body for two functions" "GCC made two" test -z "$(get_hash twin_a base.record)"
changed "twin that was an alias" '/TWIN_A/s/+= n/+= n + 1/' twin_a use_twin_a
check "an alias of the compiler's is not top level" "$(list_toplevel variant.record)" \
	test "$(list_toplevel base.record)" = "$(list_toplevel variant.record)"
changed "top level" '/TOPLEVEL/s/7/8/'
check "changed: top level's own hash" "it is equal" \
	test "$(list_toplevel base.record)" != "$(list_toplevel variant.record)"

sed '/STATIC/s/count = 5/count = 6/' base.c >variant.c
compile variant
list_variables base.record >base.list
names=$(list_variables variant.record | diff base.list - | sed -n 's/^[<>] \([^ ]*\) .*/\1/p' |
	sort -u | tr '\n' ' ')
check "changed: initial value's own hash" "changed are: $names" \
	test "$names" = "count@counter#0 "

# A static local has the same id however many others there are.
ids=$(list_variables base.record | sed -n 's/ .*//; /@counters#/p' | tr '\n' ' ')
check "ids: static locals" "they are $ids" \
	test "$ids" = "count@counters#0 count@counters#1 other@counters#0 "
ids=$(list_variables base.record | sed -n 's/ .*//; /^__UNIQUE_ID/p' | tr '\n' ' ')
check "ids: unique names" "they are $ids" test "$ids" = \
	"__UNIQUE_ID_address#0 __UNIQUE_ID_local@unique#0 __UNIQUE_ID_local@unique#1 "

# Of two equal functions GCC makes one a jump to the other, and forgets where it was.
cat >variant.c <<'SOURCE'
int first(int x)
{
	return x * 3 + 1;
}
int second(int x)
{
	return x * 3 + 1;
}
SOURCE
compile variant
lines=$(record_text variant.record | grep -o '"line":[0-9]*,"end":[0-9]*' | sort | tr '\n' ' ')
check "ranges: equal functions" "they are $lines" \
	test "$lines" = '"line":1,"end":4 "line":5,"end":8 '
# What an asm statement includes is an input.
echo included >included.bin
cat >variant.c <<'SOURCE'
asm(".data\n\t.incbin \"included.bin\"\n\t.text"); void f(void) { asm volatile(".pushsection .data; .incbin \"./included.bin\"; .popsection"); }
SOURCE
compile variant
inputs=$(record_text variant.record | grep -o '"inputs":[^]]*]')
check "inputs: .incbin" "they are $inputs" \
	test -z "${inputs##*\"variant.c\",*\"included.bin\",\"./included.bin\"]}"
}

tested=0
for file in "$build"/lib/ksplice/ksplice-plugin-*.so; do
	version=${file##*/ksplice-plugin-}
	version=gcc-${version%.so}
	if command -v "$version" >/dev/null; then
		echo "# $version"
		test_compiler "$version"
		tested=$((tested + 1))
	fi
done
check "compilers" "there is no plugin, or no compiler for one" test $tested -gt 0
exit "$failed"
