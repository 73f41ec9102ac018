#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# plugin_match.sh - the plugin works in the GCC that it was made for, and in no other
#
# Plugins are made with headers that say something else of GCC than it is: the same
# version built again by the distribution, another snapshot, other structures.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/recorder/result_lines.sh
. "$here/result_lines.sh"
major=$(gcc -dumpversion)
major=${major%%.*}
top=$(cd "$here/../.." && pwd)
headers=$(gcc -print-file-name=plugin)/include
[ -e "$headers/plugin-version.h" ] || {
	echo "gcc-$major has no plugin headers"
	exit 77
}
cd "$folder" || exit 1
mkdir libdir
echo 'int twice(int x) { return 2 * x; }' >a.c
export TMPDIR=$folder KSPLICE_LIBDIR=$folder/libdir
plugin=$KSPLICE_LIBDIR/ksplice-plugin-$major.so
objects=$build/obj/plugin-$major

# make_plugin EXPRESSION FILE: as the headers are once sed has changed FILE of them.
make_plugin() {
	local others=()
	mapfile -t others < <(find "$objects" -name '*.o' ! -name gcc_match.o)
	rm -rf other
	cp -rs "$headers" other # whole, because they include each other from their folder
	rm "other/$2"
	sed -E "$1" "$headers/$2" >"other/$2"
	cmp -s "$headers/$2" "other/$2" && return 1
	g++ -I "$top" -isystem other -O2 -fPIC -fno-rtti -fno-exceptions \
		-fvisibility=hidden -c -o gcc_match.o "$top/plugin/gcc_match.cc" &&
		gcc -shared -o "$plugin" gcc_match.o "${others[@]}" \
			"$build"/obj/pic/plugin/*.o "$build/obj/pic/lib.a"
}

# compile: a.c, anew.
compile() {
	rm -rf .ksplice a.o
	rm -f ksplice-warned-*
	"$wrapper" -c a.c 2>err
}

# shellcheck disable=SC2317 # it is an argument of check
recorded() {
	record_text .ksplice/a.o.json.zst 2>/dev/null |
		jq -es 'length == 1 and (.[0].unit.functions | length > 0)' >/dev/null 2>&1
}

# taken NAME EXPRESSION FILE: such a plugin records.
taken() {
	make_plugin "$2" "$3" || not_ok "$1" "the headers cannot be changed"
	compile
	check "$1: recorded" "$(cat err)" recorded
}

# refused NAME EXPRESSION FILE: such a plugin does not, and the message says what to do.
refused() {
	make_plugin "$2" "$3" || not_ok "$1" "the headers cannot be changed"
	compile
	check "$1: compiled" "$(cat err)" test -s a.o
	check "$1: one line" "$(cat err)" test "$(wc -l <err)" = 1
	check "$1: reason" "$(cat err)" grep -q '(plugin-other-gcc)' err
	check "$1: remedy" "$(cat err)" grep -q 'run "make && make install"' err
}

taken "the distribution built it again" \
	"s|Debian [^' ]*|Debian 0.0.0|g; s|/build[^ ]*/|/elsewhere/|g; s|--with-pkgversion=|--with-pkgversion=x|" \
	configargs.h
refused "with checks" 's/--enable-languages/--enable-checking=yes,all --enable-languages/;
	s/--enable-checking=release/--enable-checking=yes/' configargs.h
refused "another minor version" 's/(basever\[\] = "[0-9]+)\.[0-9]+/\1.99/' plugin-version.h
refused "another snapshot" 's/(datestamp\[\] = )"[0-9]+/\1"19991231/' plugin-version.h
refused "another revision" 's/(revision\[\] = )""/\1" [revision 1234]"/' plugin-version.h
refused "an option more" 's/^  N_OPTS,/  OPT_of_another_gcc, N_OPTS,/' options.h
refused "a member more" \
	's/^struct GTY\(\(\)\) tree_var_decl \{/& void *member_of_another_gcc;/' tree-core.h

# The compiler is another one since the answer was kept: it is asked again.
cp "$build/lib/ksplice/ksplice-plugin-$major.so" "$plugin"
compile
check "its own plugin" "$(cat err)" recorded
for kept in .ksplice/compiler-*; do cp -p "$kept" kept; done
make_plugin 's/(datestamp\[\] = )"[0-9]+/\1"19991231/' plugin-version.h
rm -f a.o .ksplice/a.o.json.zst
sed "s|$plugin [^ ]* [^ ]* [^ ]*\$|$plugin $(stat -c '%.9Y %s %i' "$plugin")|" kept >"$kept"
"$wrapper" -c a.c 2>err
check "a kept answer that is no longer true" "$(cat err)" grep -q '(plugin-other-gcc)' err

# make notices that GCC's headers are others, although their files may be older.
check "make depends on the compiler" "$objects/compiler is not there" test -s "$objects/compiler"
check "make depends on the headers" "$(cat "$objects/compiler")" grep -q \
	"$(cat "$headers"/*.h | cksum)" "$objects/compiler"
exit "$failed"
