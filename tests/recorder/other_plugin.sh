#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# other_plugin.sh - a plugin of somebody else's, such as the kernel's own, goes on to be called
#
# GCC calls no plugin while it parses if ours is the only one. Counts the calls that another
# plugin gets, with ours and without, and compares our records with and without the other.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/recorder/result_lines.sh
. "$here/result_lines.sh"
include=$(gcc -print-file-name=plugin)/include
cd "$folder" || exit 1

cat >other.cc <<'EOF'
#include "gcc-plugin.h"
#include "tree.h"
int plugin_is_GPL_compatible;
static int calls;
static void on_call(void *, void *)
{
	calls++;
}
static void on_finish(void *, void *)
{
	FILE *file = fopen(getenv("OTHER_CALLS"), "w");
	fprintf(file, "%d\n", calls);
	fclose(file);
}
int plugin_init(plugin_name_args *info, plugin_gcc_version *)
{
	register_callback(info->base_name, PLUGIN_FINISH_DECL, on_call, NULL);
	register_callback(info->base_name, PLUGIN_INCLUDE_FILE, on_call, NULL);
	register_callback(info->base_name, PLUGIN_PRE_GENERICIZE, on_call, NULL);
	register_callback(info->base_name, PLUGIN_FINISH_UNIT, on_finish, NULL);
	return 0;
}
EOF
cat >header.h <<'EOF'
static inline int next(void) { static int value; return value++; }
EOF
cat >source.c <<'EOF'
#include "header.h"
int f(int a) { static int value = 1; value *= a; if (0) { static int value; value++; }
	{ static int value = 2; value += a; a = value; } return a + value * next(); }
static int __UNIQUE_ID_x7 __attribute__((used));
static int __UNIQUE_ID_x8 __attribute__((used));
EOF
"g++-$(gcc -dumpversion)" -I"$include" -fPIC -shared -fno-rtti -O1 other.cc -o other.so 2>log ||
	g++ -I"$include" -fPIC -shared -fno-rtti -O1 other.cc -o other.so 2>log ||
	{
		skip "another plugin" "it does not compile here: $(head -1 log)"
		exit "$failed"
	}

OTHER_CALLS=$folder/plain gcc -O2 -fplugin=./other.so -c source.c -o source.o
cp source.o plain.o
OTHER_CALLS=$folder/recorded "$wrapper" gcc -O2 -fplugin=./other.so -c source.c -o source.o
check "another plugin is called" "it never is" test "$(cat plain)" -gt 5
check "another plugin is called as without ours" \
	"$(cat plain) calls without, $(cat recorded) with" cmp -s plain recorded
check "the object is the same" "it is not" cmp -s plain.o source.o
list_all .ksplice/source.o.json.zst >beside
"$wrapper" gcc -O2 -c source.c -o source.o
list_all .ksplice/source.o.json.zst >alone
check "the record is the same beside another plugin" "$(diff alone beside)" cmp -s alone beside
# One that is not in the object counts like any other: what is dead depends on the options.
variables=$(cut -d' ' -f1 alone | grep -E '^(value|__UNIQUE)' | tr '\n' ' ')
check "variables are told apart in the order of the source" "$variables" \
	test "$variables" = '__UNIQUE_ID_x#0 __UNIQUE_ID_x#1 value@f#0 value@f#2 value@next#0 '
record_text .ksplice/source.o.json.zst | grep -o '"inputs":\[[^]]*\]' >inputs
check "headers are inputs" "$(cat inputs)" grep -q '\["source.c",.*"header.h"' inputs
# GCC refuses two plugins with one file name.
named=plugin-$(gcc -dumpversion).so
cp other.so "$named"
OTHER_CALLS=$folder/named "$wrapper" gcc -O2 -fplugin="./$named" -c source.c -o source.o 2>err ||
	echo "exit status $?" >>err
check "a plugin called $named: no message" "$(head -3 err)" test ! -s err
check "a plugin called $named: the record" "$(diff alone <(list_all .ksplice/source.o.json.zst))" \
	cmp -s alone <(list_all .ksplice/source.o.json.zst)
exit "$failed"
