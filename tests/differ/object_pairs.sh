#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# object_pairs.sh - ksplice-diff on pairs of objects compiled from C on the spot
#
# Each case is a pair of sources and the lines that ksplice-diff has to print for them;
# instruction texts and the numbers of static locals are left out: they are the
# compiler's.
set -eu

top=$(readlink -f "$(dirname "$0")/../..")
bin=$top/${KSPLICE_BUILD:-build}/bin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/verdict_lines.sh
. "$top/tests/verdict_lines.sh"
cd "$work"

compile() {
	"$bin/ksplice-cc" gcc -O2 -fno-pie -mcmodel=kernel -fno-asynchronous-unwind-tables \
		-fcf-protection=none -ffunction-sections -fdata-sections -c "$1.c" -o "$1.o"
}

# check_pair NAME WANTED: pre.c and post.c are there; WANTED is the output, sorted
check_pair() {
	local got status=0
	compile pre
	compile post
	"$bin/ksplice-diff" --pre-record=.ksplice/pre.o.json.zst \
		--post-record=.ksplice/post.o.json.zst pre.o post.o >out 2>err || status=$?
	got=$(sed 's/[+:].*//; s/\.[0-9]*$//' out | sort)
	if [ "$got" = "$2" ] && { [ -n "$2" ] || [ $status = 3 ]; }; then
		ok "$1"
	else
		not_ok "$1 (status $status)" "got '$got', not '$2'"
		sed 's/^/  /' err
	fi
}

base() {
	cat <<-'END'
	extern int printf(const char *, ...);
	extern void sink(const void *);
	static int counter;
	static const int table[4] = {1, 2, 3, 4};
	int shared = 5;
	static __attribute__((noinline)) int inner(int x) { return x * 3 + shared; }
	int first(int x) { static int count = 1; count += x; return inner(count) + counter; }
	int second(int x) { static int count = 2; count -= x; counter++; return count; }
	int third(int i) { printf("third %d\n", i); return table[i & 3]; }
	void fourth(void) { counter--; sink(__func__); }
	END
}

base >pre.c
base >post.c
check_pair "equal sources" ""

{ echo; echo "/* a comment */"; base; } >post.c
check_pair "lines and comments added above" ""

base | sed 's/x \* 3/x * 5/' >post.c
check_pair "a changed constant" "changed function inner"

base | sed 's/"third %d/"THIRD %d/' >post.c
check_pair "a changed string" "changed function third"

base | sed 's/count = 2;/count = 7;/' >post.c
check_pair "a changed initialiser of the second of two static locals of one name" \
	"changed variable count"

base | sed 's/{1, 2, 3, 4}/{1, 2, 3, 9}/' >post.c
check_pair "a changed constant table" "changed variable table"

{ base; echo 'int fifth(void) { return counter; }'; } >post.c
check_pair "a new function" "new function fifth"

base | sed '/^int second/d' >post.c
check_pair "a removed function" "removed function second
removed variable count"

# the order of static locals decides their numbers, and must not matter
{ base | sed -n '1,6p'; base | sed -n '8p'; base | sed -n '7p'; base | sed -n '9,$p'; } >post.c
check_pair "functions in another order" ""

{ base | sed 's/int first(int x) {/int first(int x) { static int count0; count0++;/'; } >post.c
check_pair "a new static local in front of one of the same stem" "changed function first
new variable count0"

base | sed 's/counter++/counter += shared/' >post.c
check_pair "another variable" "changed function second"

base | sed 's/return inner(count)/return inner(count) + inner(x)/' >post.c
check_pair "another call" "changed function first"

base | sed 's/void fourth(void)/void fourth_renamed(void)/' >post.c
check_pair "a renamed function" "new function fourth_renamed
new variable __func__
removed function fourth
removed variable __func__"

# Two equal static functions are one body with two names, until one of them changes.
twins() {
	cat <<-'END'
	extern int total;
	static __attribute__((noinline)) void twin_b(int n) { total += n; }
	static __attribute__((noinline)) void twin_a(int n) { total += n; }
	int first(int n) { twin_b(n); return total; }
	int second(int n) { twin_a(n); return total + 1; }
	END
}
twins >pre.c
twins | sed '/twin_a(int/s/+= n/+= n + 1/' >post.c
check_pair "a function that was an alias gets a body of its own" "changed function second
new function twin_a"
twins | sed '/twin_b(int/s/+= n/+= n + 1/' >post.c
check_pair "a function that had an alias changes" "changed function second
changed function twin_b
new function twin_a"

# refuses NAME TEXT FILE: ksplice-diff of the file fails with the text.
refuses() {
	local status=0
	"$bin/ksplice-diff" "$3" "$3" >out 2>err || status=$?
	if [ $status = 1 ] && grep -qF "ksplice-diff: $3: $2" err; then
		echo "ok $1"
	else
		echo "not ok $1 (status $status)"
		sed 's/^/  /' err
		failed=1
	fi
}
echo 'int main(void) { return 0; }' >linked.c
gcc -Wl,--emit-relocs linked.c -o linked
refuses "a linked file" "is a linked file" linked
refuses "a folder" "is a folder" .
refuses "a source" "not an ELF file" linked.c

exit $failed
