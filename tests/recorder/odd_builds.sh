#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# odd_builds.sh - ksplice-cc where a build, a compiler or a machine is not as usual
#
# A source tree in /dev/shm, a parent that ignores SIGCHLD, two wrappers on PATH, folders
# that cannot be written, compilers of other distributions, a plugin without memory.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/recorder/result_lines.sh
. "$here/result_lines.sh"
cd "$folder" || exit 1
chmod 711 .
mkdir work && cd work || exit 1
echo 'int twice(int x) { return 2 * x; }' >a.c
echo 'int thrice(int x) { return 3 * x; }' >b.c
echo 'int broken(' >broken.c
export TMPDIR=$folder/temporary
mkdir "$TMPDIR"

# shellcheck disable=SC2317 # it is an argument of check
# recorded OBJECT [FOLDER]: it has a record with a unit.
recorded() {
	record_text "${2:-.}/.ksplice/$1.json.zst" 2>/dev/null |
		jq -es 'length == 1 and (.[0].unit.functions | length > 0)' >/dev/null 2>&1
}

# shellcheck disable=SC2317 # it is an argument of check
# reason OBJECT NAME: its record says why there is none.
reason() {
	record_text ".ksplice/$1.json.zst" 2>/dev/null |
		jq -es "length == 1 and .[0].unrecorded == \"$2\"" >/dev/null 2>&1
}

# compile NAME STATUS COMMAND...: ends so, within a minute; messages are in err.
compile() {
	local name=$1 wanted=$2 status=0
	shift 2
	rm -f "$TMPDIR"/ksplice-warned-*
	timeout -k 1 60 "$@" >out 2>err || status=$?
	check "$name: exit status" "$status instead of $wanted: $(head -c 300 err)" \
		test $status = "$wanted"
}

# ---- places --------------------------------------------------------------------------

shm=$(mktemp -d /dev/shm/ksplice-test-XXXXXX)
trap 'chmod -R u+w "$folder"; rm -rf "$folder" "$shm"' EXIT
cp a.c "$shm"
cd "$shm" || exit 1
compile "a tree in /dev/shm" 0 "$wrapper" -c "$shm/a.c" -o "$shm/a.o"
cd "$folder/work" || exit 1
check "a tree in /dev/shm" "no record" recorded a.o "$shm"
compile "a file that is open" 0 "$wrapper" -x c -c /dev/stdin -o opened.o <a.c
check "a file that is open" "a record" test ! -e .ksplice/opened.o.json.zst
compile "a pipe" 0 "$wrapper" -x c -c <(cat a.c) -o opened.o
check "a pipe" "a record" test ! -e .ksplice/opened.o.json.zst
mkfifo pipe
cat a.c >pipe &
compile "a named pipe" 0 "$wrapper" -x c -c pipe -o opened.o
check "a named pipe" "a record" test ! -e .ksplice/opened.o.json.zst
compile "among others" 0 "$wrapper" -c b.c -x c - <a.c
check "among others" "no record" recorded b.o
rm -rf .ksplice ./*.o

# ---- compiles that make nothing leave nothing ------------------------------------------

compile "a folder that is not there" 1 "$wrapper" -c a.c -o "$folder/no/such/a.o"
check "a folder that is not there: not made" "it is" test ! -e "$folder/no"
compile "a folder that is not there, below" 1 "$wrapper" -c a.c -o no/such/a.o
compile "broken source" 1 "$wrapper" -c broken.c
KSPLICE_LIBDIR=$PWD/missing compile "broken source, no plugin" 1 "$wrapper" -c broken.c
KSPLICE_LIBDIR=$PWD/missing compile "no folder, no plugin" 1 "$wrapper" -c a.c -o "$folder/no/a.o"
compile "broken source, -flto" 1 "$wrapper" -flto -c broken.c
compile "broken sources" 1 "$wrapper" -c broken.c a.c
check "nothing is left" "$(find . "$folder/no" -name '.ksplice*' 2>&1)" test ! -e .ksplice
check "nothing is made" "it is" test ! -e "$folder/no"
compile "what distccd asks for" 0 "$wrapper" -c a.c -o distccd_1a2b.o
check "what distccd asks for: no folder" "it is" test ! -e .ksplice
check "what distccd asks for: no word" "$(cat err)" test ! -s err
rm -f ./*.o

# ---- a record that would be wrong does not stay ----------------------------------------

# user COMMAND...: as somebody who may not write everywhere.
if [ "$(id -u)" = 0 ]; then
	chmod 777 . "$TMPDIR"
	user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
else
	user=()
fi
# Behind a first one, whose record is the dictionary.
compile "a first record" 0 "${user[@]}" "$wrapper" -c b.c
compile "an old record" 0 "${user[@]}" "$wrapper" -c a.c
check "an old record" "there is none" recorded a.o
"${user[@]}" chmod a-w .ksplice
compile "a folder that became read-only" 0 "${user[@]}" "$wrapper" -DX -c a.c
check "a folder that became read-only: the old record" "$(record_text .ksplice/a.o.json.zst | head -c 200)" \
	reason a.o folder-not-writable
check "a folder that became read-only: a warning" "$(cat err)" grep -q '(folder-not-writable)' err
"${user[@]}" chmod a-w .ksplice/*.zst
compile "nothing can be done" 0 "${user[@]}" "$wrapper" -DX -c b.c
check "nothing can be done: it says so" "$(cat err)" grep -q '(record-not-removed)' err
"${user[@]}" chmod u+w .ksplice
rm -rf .ksplice ./*.o

# A file that another machine with the same process numbers left there.
mkdir .ksplice
pid=$(exec sh -c 'echo $PPID')
for ((i = pid; i < pid + 2000; i++)); do : >".ksplice/a.o.json.zst.tmp-$i"; done
compile "leftovers of another machine" 0 "$wrapper" -c a.c
check "leftovers of another machine" "$(cat err)" recorded a.o
rm -rf .ksplice

# ---- parents -----------------------------------------------------------------------------

for i in 1 2 3; do
	compile "SIGCHLD is ignored, $i" 0 env --ignore-signal=CHLD "$wrapper" -c a.c
	check "SIGCHLD is ignored, $i" "$(cat err)" recorded a.o
	rm -rf .ksplice
done
compile "SIGCHLD is ignored, broken source" 1 env --ignore-signal=CHLD "$wrapper" -c broken.c
compile "SIGCHLD is ignored, several" 0 env --ignore-signal=CHLD "$wrapper" -c a.c b.c
check "SIGCHLD is ignored, several" "$(cat err)" recorded b.o
rm -rf .ksplice

# ---- compilers on PATH ---------------------------------------------------------------------

mkdir -p ../first ../second ../script ../third
cp "$wrapper" ../first/gcc
cp "$wrapper" ../second/gcc
export KSPLICE_LIBDIR=$build/lib/ksplice
PATH=$folder/first:$folder/second:$PATH compile "two wrappers called gcc" 0 gcc -c a.c
PATH=$folder/first:$folder/second:$PATH compile "two wrappers: --version" 0 gcc --version
check "two wrappers called gcc" "no record" recorded a.o
rm -rf .ksplice
printf '#!/bin/sh\nexec "%s" gcc "$@"\n' "$wrapper" >../script/gcc
chmod +x ../script/gcc
PATH=$folder/script:$PATH compile "a script called gcc" 0 gcc -c a.c
check "a script called gcc" "no record" recorded a.o
rm -rf .ksplice
ln -s "$wrapper" ../third/gcc
PATH=$folder/third:$PATH compile "a link, time after time" 0 sh -c 'gcc -c a.c && gcc -c b.c'
check "a link, time after time" "no record" recorded b.o
rm -rf .ksplice

# One program under the names of many compilers.
cat >../toolchain <<'COMPILER'
#!/bin/sh
case ${0##*/} in
tool-gcc) exec gcc "$@" ;;
esac
echo "$0: which compiler?" >&2
exit 1
COMPILER
chmod +x ../toolchain
ln -s toolchain ../tool-gcc
compile "a compiler by the name of its link" 0 "$wrapper" ../tool-gcc -c a.c
check "a compiler by the name of its link" "$(cat err)" recorded a.o
path=$(record_text .ksplice/a.o.json.zst | jq -r .compiler.path)
check "a compiler by the name of its link: recorded by it" "$path" test "${path##*/}" = tool-gcc
rm -rf .ksplice

# Distributions put the date and their own version behind GCC's number.
cat >../redhat <<'COMPILER'
#!/bin/sh
case "$*" in
*--version*) printf '%s\n' "gcc (GCC) 11.4.1 20230605 (Red Hat 11.4.1-2)" \
	"Copyright (C) 2021 Free Software Foundation, Inc." ;;
*) exec gcc "$@" ;;
esac
COMPILER
chmod +x ../redhat
compile "a version in front of another" 0 "$wrapper" ../redhat -c a.c
check "a version in front of another" "$(cat err)" recorded a.o
rm -rf .ksplice

compile "C++ by g++" 0 "$wrapper" g++ -c a.c
check "C++ by g++: no record" "$(find .ksplice 2>/dev/null)" test ! -e .ksplice/a.o.json.zst
check "C++ by g++: no word" "$(cat err)" test ! -s err
compile "C++ and a broken source" 1 "$wrapper" g++ -c broken.c
check "C++ and a broken source: said once" "$(cat err)" \
	test "$(grep -c 'error:' err)" = "$(g++ -c broken.c 2>&1 | grep -c 'error:')"
rm -rf .ksplice

# ---- ccache and distcc, as far as they matter to us ---------------------------------------------

mkdir ../fake
cat >../fake/ccache <<'COMPILER'
#!/bin/sh
while case $1 in *=*) ;; *) false ;; esac do shift; done
case "$*" in *-fplugin*) echo plugged >plugged ;; esac
exec "$@"
COMPILER
chmod +x ../fake/ccache
compile "ccache KEY=VALUE" 0 "$wrapper" ../fake/ccache max_size=1G recache=true gcc -c a.c
check "ccache KEY=VALUE" "$(cat err)" recorded a.o
check "ccache KEY=VALUE: with the plugin" "it is not given" test -e plugged
rm -rf .ksplice plugged
mkdir ../settings
echo 'prefix_command = distcc' >../settings/ccache.conf
far() {
	local name=$1 wanted=$2 plugged=no
	shift 2
	rm -rf .ksplice plugged
	compile "$name" 0 "$@" -c a.c
	check "$name: recorded" "$(cat err)" recorded a.o
	[ ! -e plugged ] || plugged=yes
	check "$name: plugin" "$plugged" test $plugged = "$wanted"
}
ccache=("$wrapper" ../fake/ccache)
far "prefix_command in a file" no env CCACHE_DIR="$folder/settings" "${ccache[@]}" gcc
far "prefix_command of a file, taken back" yes \
	env CCACHE_DIR="$folder/settings" CCACHE_PREFIX= "${ccache[@]}" gcc
far "prefix_command in front" no "${ccache[@]}" prefix_command=distcc gcc
far "CCACHE_PREFIX" no env CCACHE_PREFIX=distcc "${ccache[@]}" gcc
far "ccache alone" yes env CCACHE_DIR="$folder" "${ccache[@]}" gcc

# A unit that another plugin left counts for that one alone.
if command -v ccache >/dev/null; then
	version=$(gcc -dumpfullversion)
	export CCACHE_DIR=$folder/ccache KSPLICE_UNIT_STORE=$folder/units
	# ccache is told not to look at the plugin, so that it has hits with another one.
	export CCACHE_COMPILERCHECK=none CCACHE_IGNOREOPTIONS='-fplugin=*'
	mkdir ../plugins
	cp "$build"/lib/ksplice/ksplice-plugin-*.so ../plugins
	KSPLICE_LIBDIR=$folder/plugins compile "a kept unit" 0 "$wrapper" ccache gcc -c a.c
	for kept in ../units/*/*; do
		{ printf 'ksplice unit 1\n' && zstd -qdc "$kept" | tail -n +2 |
			sed 's/"gcc":"[^"]*"/"gcc":"kept"/'; } >other
		mv other "$kept" # what is not packed is read as it is
	done
	hit() {
		rm -f a.o .ksplice/a.o.json.zst
		compile "$1" 0 "$wrapper" ccache gcc -c a.c
		record_text .ksplice/a.o.json.zst | jq -r .unit.gcc >gcc
	}
	export KSPLICE_LIBDIR=$folder/plugins
	hit "a hit"
	check "a kept unit of the same plugin counts" "$(cat gcc)" grep -qx kept gcc
	sleep 0.01
	touch ../plugins/*
	hit "a hit with another plugin"
	check "a kept unit of another plugin does not" "$(cat gcc)" grep -qx "$version" gcc
	KSPLICE_LIBDIR=$build/lib/ksplice
	unset CCACHE_DIR KSPLICE_UNIT_STORE CCACHE_COMPILERCHECK CCACHE_IGNOREOPTIONS
else
	skip "kept units" "ccache is not installed"
fi
rm -rf .ksplice

# ---- a signal while the source is compiled for its record ------------------------------------------

printf '#!/bin/sh\nexec "$@"\n' >../fake/distcc
cat >../waits <<'COMPILER'
#!/bin/sh
case "$*" in
*--version* | *-dumpversion* | *-S*/dev/null*) exec gcc "$@" ;;
*-fplugin*) ;;
*) exec gcc "$@" ;;
esac
echo started >started
while [ ! -e go ]; do sleep 0.05; done
exec gcc "$@"
COMPILER
chmod +x ../fake/distcc ../waits
set -m
for sources in a.c "a.c b.c"; do
	for signal in TERM INT HUP; do
		rm -rf started go .ksplice "${TMPDIR:?}"/*
		launcher=../fake/distcc
		# shellcheck disable=SC2086 # several sources
		env --default-signal=TERM,INT,HUP "$wrapper" $launcher ../waits -c $sources 2>err &
		process=$!
		for _ in $(seq 200); do [ -e started ] && break; sleep 0.05; done
		kill -$signal $process
		for _ in $(seq 200); do kill -0 $process 2>/dev/null || break; sleep 0.05; done
		touch go # what does not end by itself
		wait $process 2>/dev/null
		status=$?
		check "SIG$signal in a second compile of $sources" "exit status $status" \
			test $status = $((128 + $(kill -l $signal)))
		check "SIG$signal in a second compile of $sources: no word" "$(cat err)" test ! -s err
		check "SIG$signal in a second compile of $sources: nothing is left" \
			"$(ls "$TMPDIR")" test -z "$(ls "$TMPDIR")"
		left=$(find .ksplice -name '*.zst' 2>/dev/null)
		check "SIG$signal in a second compile of $sources: no record" "$left" test -z "$left"
	done
done 2>/dev/null
set +m
rm -rf .ksplice

# ---- a plugin without memory -------------------------------------------------------------------------

cat >../no_memory.c <<'SOURCE'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *pointer, size_t size);
static int is_refused(void *caller)
{
	static int calls;
	Dl_info info;
	return dladdr(caller, &info) && strstr(info.dli_fname, "/ksplice-plugin-") &&
	       ++calls > atoi(getenv("CALLS"));
}
void *calloc(size_t count, size_t size)
{
	return is_refused(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}
void *reallocarray(void *pointer, size_t count, size_t size)
{
	return is_refused(__builtin_return_address(0)) ? NULL
						       : __libc_realloc(pointer, count * size);
}
SOURCE
gcc -shared -fPIC -o ../no_memory.so ../no_memory.c
"$wrapper" -c b.c # it asks now whether the plugin works
# The first that does not come, then a later one, until there are enough.
refused=0
for ((calls = 0; calls < 10000; calls = calls * 2 + 1)); do
	compile "no memory after $calls calls" 0 \
		env CALLS=$calls LD_PRELOAD="$folder/no_memory.so" "$wrapper" -c a.c
	! recorded a.o || break
	refused=$((refused + 1))
	check "no memory after $calls calls: object" "none" test -s a.o
	check "no memory after $calls calls: the reason" "$(cat err)" reason a.o plugin-out-of-memory
	check "no memory after $calls calls: one warning" "$(cat err)" test "$(wc -l <err)" = 1
	rm -f a.o
done
check "memory was refused" "$refused times" test $refused -ge 4
compile "enough memory" 0 env CALLS=1000000 LD_PRELOAD="$folder/no_memory.so" "$wrapper" -c a.c
check "enough memory" "$(cat err)" recorded a.o
exit "$failed"
