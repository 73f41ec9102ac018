#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# layouts.sh - what the plugin says about structs, unions and enums, when it is asked
#
# For each compiler that there is a plugin for.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/recorder/result_lines.sh
. "$here/result_lines.sh"
command -v jq >/dev/null || {
	echo "jq is not installed"
	exit 77
}
cd "$folder" || exit 1

cat >a.c <<'SOURCE'
extern void *alloc(unsigned long);
extern void keep(void *);
extern void copy(const char *, void *);
enum color { RED, GREEN = 7, BLUE };
enum { FIRST = -1, SECOND };
struct inner { int a; char b; };
typedef struct { unsigned long key; struct inner in; } pair_t;
struct outer {
	int flags : 3;
	const unsigned more : 7;
	int : 0;
	union { struct { short lo, hi; }; int both; };
	struct { int x; struct inner deep; } named[2];
	pair_t *pair;
	int (*call)(struct outer *, volatile enum color);
	char *grid[2][3];
	char tail[];
};
struct __attribute__((packed)) tight { char c; long l; };
struct late;
extern struct late *late;
static struct { int count; struct inner in; } state;
static struct tight many[3];
static inline int touch_tight(struct tight *t) { return t->c; }
static inline int touch_inner(void *p) { return ((struct inner *)p)->a; }
static inline int touch_both(void *p) { return touch_inner(p) + touch_tight(p); }
int use_state(void) { return state.count++; }
int use_inlined(void *p) { return touch_both(p); }
int use_member(struct outer *o) { return o->both; }
enum color use_enum(int x) { return x ? BLUE : RED; }
int use_incomplete(void) { return late != 0; }
int use_many(int i) { many[i].l = i; return many[1].c; }
int use_nothing(int x) { return x; }
int has_own(int n) { struct own { int q; } w = {n}; struct own *volatile p = &w; return p->q; }
int has_own_too(int n) { struct own { long r; } w = {n}; keep(&w); return 0; }
struct late { int x; };

#define TYPE(name) struct name { int a; long b; }
TYPE(on_stack); TYPE(allocated); TYPE(passed); TYPE(loaded); TYPE(returned); TYPE(number);
TYPE(global); TYPE(given); TYPE(called_back); TYPE(part); TYPE(assembly); TYPE(whole);
static __attribute__((noinline)) long sum(struct on_stack *s) { return s->a + s->b; }
long on_stack(int x) {
	struct on_stack s[2] = {{x}}, *p = &s[1];
	__builtin_memset(&s, 0, sizeof(s));
	s[0].a = x;
	p++;
	return sum(p - 1) + sum(x ? s : 0);
}
void allocated(void) { struct allocated *p = alloc(sizeof(*p)); p->a = 1; keep((void *)p); }
void passed(void) { struct passed p = {1}; keep(&p); }
struct holder { struct loaded *p; };
long loaded(struct holder *h) { return h->p->b; }
static __attribute__((noinline)) struct returned *find(struct returned *r) { return r; }
long returned(void) { struct returned r = {1}; return find(&r)->b; }
long number(unsigned long n) { return ((struct number *)n)->b; }
static struct global global_one;
long *global(void) { return &global_one.b; }
long given(struct given *g) { return g->b; }
static long called_back(struct called_back *c) { return c->b; }
long (*hook)(struct called_back *) = called_back;
void part(void) { struct part p = {1}; copy((char *)&p.b, 0); }
void assembly(void) { struct assembly a = {1}; asm volatile("" : "+m"(a)); }
static __attribute__((noinline)) long by_value(struct whole w) { return w.a + w.b; }
struct hidden { int a; };
struct hider { struct { struct hidden h; } *nameless; };
int hidden(struct hider *h) { return h->nameless->h.a; }
long whole(int a) { return by_value((struct whole){a, 2}); }
typedef unsigned number_t;
int called(const struct inner *i, volatile number_t n, enum color c, int (*f)(const char *)) {
	return f((char *)i) + n + c;
}
struct whole gives_struct(void *p, ...) { keep(p); return (struct whole){1, 2}; }
void takes_nothing(void) { keep(0); }
static __attribute__((noinline)) long cloned(long a, int unused, int constant) {
	keep(0); return a * constant;
}
long calls_clone(long a) { return cloned(a, 1, 3) + cloned(a + 1, 2, 3); }
typedef int (*long_t)(struct called_back *, struct on_stack *, struct allocated *, struct holder *);
#define LONG_4(n) long_t n##1, long_t n##2, long_t n##3, long_t n##4
void many_parameters_of_int(LONG_4(a), LONG_4(b), LONG_4(c), LONG_4(d), int last) { keep(0); }
void many_parameters_of_long(LONG_4(a), LONG_4(b), LONG_4(c), LONG_4(d), long last) { keep(0); }
SOURCE

# ask FILTER: of the unit, in one line.
ask() {
	jq -c "$1" unit.json
}

# is NAME FILTER VALUE: the filter gives it.
is() {
	local value
	value=$(ask "$2" 2>&1)
	check "$gcc: $1" "$value" test "$value" = "$3"
}

# layout KIND NAME FILTER VALUE: of the one type of that name.
layout() {
	is "$1 $2: $3" "[.layouts[] | select(.kind == \"$1\" and .name == \"$2\")] |
		if length == 1 then .[0] else error(\"\\(length) of them\") end | $3" "$4"
}

# members NAME VALUE: each member's name, offset and size.
members() {
	layout struct "$1" '[.members[] | "\(.name):\(.offset)+\(.size)"] | join(" ")' "\"$2\""
}

# uses FUNCTION KEY VALUE: the names of the types that it depends on, sorted.
uses() {
	is "$1: $2" ". as \$unit | [.functions[] | select(.name == \"$1\") | .$2 // [] | .[] |
		\$unit.layouts[.].name] | sort | join(\" \")" "\"$3\""
}

# signature FUNCTION VALUE
signature() {
	is "the signature of $1" "[.functions[] | select(.name == \"$1\") | .signature]" "[\"$2\"]"
}

for plugin in "$build"/lib/ksplice/ksplice-plugin-*.so; do
	major=${plugin##*-}
	gcc=gcc-${major%.so}
	command -v "$gcc" >/dev/null || continue
	flags=(-O2 -Wall -Wno-packed-bitfield-compat -c a.c)
	"$gcc" "${flags[@]}" -o plain.o || exit 1
	KSPLICE_UNIT=not.json "$gcc" "${flags[@]}" "-fplugin=$plugin" -o not.o
	KSPLICE_LAYOUTS=0 KSPLICE_UNIT=zero.json "$gcc" "${flags[@]}" "-fplugin=$plugin" -o not.o
	KSPLICE_LAYOUTS=1 KSPLICE_UNIT=unit.json "$gcc" "${flags[@]}" "-fplugin=$plugin" -o asked.o \
		2>messages
	check "$gcc: the same object" "it differs" cmp plain.o asked.o
	check "$gcc: no messages" "$(cat messages)" test ! -s messages
	check "$gcc: nothing where nobody asks" "$(jq -c keys not.json)" \
		jq -e 'has("functions") and (has("layouts") | not) and
			all(.functions[], .variables[]; keys | any(test("layout|objects|signature")) | not)' \
		not.json >/dev/null
	check "$gcc: nothing where the answer is to be no" "it differs" cmp not.json zero.json
	jq 'del(.layouts, .functions[].signature, .functions[].layouts, .functions[].objects, .variables[].layout)' \
		unit.json >less.json
	check "$gcc: all else is the same" "it differs" cmp less.json <(jq . not.json)

	layout struct inner '[.file, .line, .size, .align]' '["a.c",6,8,4]'
	layout struct late '.members | length' 1
	layout enum color '[.values[] | .name, .value]' '["RED","0","GREEN","7","BLUE","8"]'
	is "an enum without a name" \
		'[.layouts[] | select(.kind == "enum" and (has("name") | not)) | .values[].value]' \
		'["-1","0"]'
	members inner "a:0+32 b:32+8"
	members pair_t "key:0+64 in:64+64"
	members tight "c:0+8 l:8+64"
	layout struct tight '[.size, .align]' '[9,1]'
	members outer "flags:0+3 more:3+7 lo:32+16 hi:48+16 both:32+32 named:64+192 named[].x:64+32 named[].deep:96+64 pair:256+64 call:320+64 grid:384+384 tail:768+0"
	layout struct outer '[.members[] | select(.name | test("^(more|pair|call|grid|tail|named...deep)$")) | .type]' \
		'["unsigned int","struct inner","struct pair_t *","int (struct outer *, enum color, void) *","char * [2] [3]","char []"]'
	# shellcheck disable=SC2016 # jq's variable
	is "what a struct contains" '. as $unit | [.layouts[] | select(.contains and .name) |
		.name + ":" + ([.contains[] | $unit.layouts[.].name] | join(","))] | join(" ")' \
		'"pair_t:inner outer:inner state:inner"'
	# shellcheck disable=SC2016 # jq's variable
	is "a struct without a name that contains one" '. as $unit | [.layouts[] |
		select(.kind == "struct" and (has("name") | not)) |
		$unit.layouts[.contains[0]].name, .shared.function]' '["inner",null,"hidden","hidden"]'
	is "a type that has only a variable's name" \
		'[.layouts[] | select(.variable) | .name]' '["state"]'
	is "types of one name in two functions" \
		'[.layouts[] | select(.name == "own") | .owner, .members[0].name]' \
		'["has_own","q","has_own_too","r"]'
	# shellcheck disable=SC2016 # jq's variable
	is "contents of variables" '. as $unit | [.variables[] | select(has("layout")) |
		.name + ":" + $unit.layouts[.layout].name] | sort | join(" ")' \
		'"global_one:global many:tight state:state"'

	signature called 'int (struct inner *, unsigned int, enum color, int (char *, void) *)'
	signature gives_struct 'struct whole (void *, ...)'
	signature takes_nothing 'void ()'
	signature on_stack 'long int (int)'
	# Of a clone what is passed: neither the unused parameter nor the constant one.
	is "the signature of a clone" '[.functions[] | select(.origin == "cloned") | .signature]' \
		'["long int (long int)"]'
	# More text than there is room for: each part of it counts.
	is "a long signature" '[.functions[] | select(.name | startswith("many_parameters")) |
		.signature] | [.[0] == .[1], .[0][:500] == .[1][:500], (.[0] | length)]' \
		'[false,true,599]'

	uses use_state layouts "state"
	uses use_inlined layouts "inner tight"
	uses use_member layouts "outer"
	uses use_enum layouts "color"
	uses use_incomplete layouts "late"
	uses use_many layouts "tight"
	uses use_nothing layouts ""
	uses has_own layouts "own"
	uses has_own objects "own"
	uses loaded layouts "holder loaded"
	uses loaded objects ""
	uses on_stack objects "on_stack"
	uses given objects ""
	uses whole objects "whole"
	for name in on_stack whole; do
		layout struct $name '.shared' null
	done
	for name in allocated passed loaded returned number global given called_back part assembly; do
		layout struct $name '.shared.function' "\"$name\""
	done
done
exit "$failed"
