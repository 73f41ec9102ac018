#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# drop_in.sh - ksplice-cc in every place where a compiler may stand
#
# Each case compares with the compiler itself: output, messages, exit code; and looks
# whether there is a record where there should be one, and none where there must not.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/recorder/result_lines.sh
. "$here/result_lines.sh"
cd "$folder" || exit 1
mkdir work && cd work || exit 1

cat >a.c <<'SOURCE'
#include "a.h"
int twice(int x) { return x * TWO; }
int warned(int x) { int unused; return x; }
SOURCE
echo '#define TWO 2' >a.h
echo 'int other;' >b.c
echo 'int broken(' >broken.c
echo 'int main(void) { return 0; }' >main.c
printf '\t.text\nstart:\n\tnop\n' >c.S

# shellcheck disable=SC2317 # it is an argument of check
# recorded OBJECT: it has a complete record.
recorded() {
	record_text ".ksplice/$1.json.zst" 2>/dev/null | jq -es 'length == 1 and
		(.[0] | .object == "'"$1"'" and (.sections | length > 0) and
		(.unit | .plugin and .gcc and (.inputs | length > 0) and
		.toplevel and (.functions + .variables | length > 0)))' >/dev/null
}

# shellcheck disable=SC2317 # it is an argument of check
# reason OBJECT NAME: its record says why there is none.
reason() {
	record_text ".ksplice/$1.json.zst" 2>/dev/null | grep -q "\"unrecorded\":\"$2\""
}

# Whom ksplice-cc has warned already is kept in TMPDIR.
export TMPDIR=$folder/warned
mkdir -p "$TMPDIR"

# warned NAME FILE TEXT: FILE holds one line, a warning with TEXT; the next may warn again.
warned() {
	check "$1: one warning" "$(cat "$2")" \
		test "$(wc -l <"$2") $(grep -c "^ksplice-cc: warning: .* is not recorded: .*$3" "$2")" = "1 1"
	rm -f "$TMPDIR"/ksplice-warned-*
}

# same NAME ARGUMENTS...: stdout, stderr, exit code and a.o are as with gcc.
same() {
	same_name=$1
	shift
	rm -f a.o; gcc "$@" >out.plain 2>err.plain </dev/null; echo $? >>out.plain
	[ -e a.o ] && mv a.o plain.o
	rm -f a.o; "$wrapper" "$@" >out.recorded 2>err.recorded </dev/null; echo $? >>out.recorded
	check "same output: $same_name" "$(diff out.plain out.recorded)" cmp -s out.plain out.recorded
	check "same messages: $same_name" "$(diff err.plain err.recorded)" cmp -s err.plain err.recorded
	if [ -e plain.o ]; then
		check "same object: $same_name" "it differs" cmp -s plain.o a.o
		rm -f plain.o
	fi
}

# compile NAME ARGUMENTS...: as same, and a.o is recorded.
compile() {
	same "$@"
	check "record: $1" "there is none" recorded a.o
	rm -rf .ksplice/a.o.json.zst
}

compile "-o apart" -O2 -Wall -c a.c -o a.o
compile "-o joined" -O2 -c a.c -oa.o
compile "no -o" -O2 -c a.c
compile "-o first" -o a.o -O2 -c a.c
compile "absolute" -c "$PWD/a.c" -o "$PWD/a.o"
compile "dot" -c ./a.c -o ./a.o
compile "-pipe" -pipe -c a.c
compile "-x c" -x c -c a.c
compile "-xc" -xc -c a.c
compile "-save-temps" -save-temps -c a.c
compile "-g" -g -O2 -c a.c
compile "-MD -MF" -MD -MF a.d -c a.c
check "dependencies" "$(cat a.d)" grep -q '^a.o: a.c.* a.h' a.d
compile "-Wp,-MMD" -Wp,-MMD,.a.o.d -c a.c -o a.o
check "dependencies of -Wp" "$(cat .a.o.d)" grep -q 'a.h' .a.o.d
compile "-include" -include a.h -c a.c
compile "-D apart" -D X -c a.c
compile "-frecord-gcc-switches" -g -frecord-gcc-switches -c a.c
printf -- '-O2 "-DNAME=\\"a b\\""\n-c a.c' >arguments
compile "@file" @arguments
"$wrapper" @arguments
argv=$(record_text .ksplice/a.o.json.zst | grep -o '"argv":[^]]*]')
check "@file is written out" "$argv" \
	test "$argv" = '"argv":["gcc","-O2","-DNAME=\"a b\"","-c","a.c"]'

rm -rf .ksplice
same "--version" --version
same "-print-file-name" -print-file-name=plugin
same "-dumpmachine" -dumpmachine
same "-E" -E a.c
same "-S" -S a.c -o -
same "-M" -M a.c
same "-fsyntax-only" -Wall -c -fsyntax-only a.c
same "standard input" -x c -c - -o /dev/null
same "/dev/null" -x c -c /dev/null -o /dev/null
same "probe of an option" -Werror -Wno-such-warning -fno-such-option -c -x c /dev/null -o /dev/null
same "assembler" -c c.S -o a.o
same "link" main.c -o main
same "no arguments"
same "broken source" -c broken.c
same "bad option" -fno-such-option -c a.c
same "missing source" -c missing.c
same "missing argument" -c a.c -o
recorded_now=$(find . -path './.ksplice/*' -name '*.zst')
check "nothing recorded" "$recorded_now" test -z "$recorded_now"

"$wrapper" -flto -c a.c 2>err
warned "link time optimisation" err '(lto)'
"$wrapper" -flto -c a.c 2>err
check "link time optimisation" "no object" test -s a.o
check "reason: lto" "$(record_text .ksplice/a.o.json.zst)" reason a.o lto
"$wrapper" -flto -c b.c 2>err
check "a second of the same job: no second warning" "$(cat err)" test ! -s err
rm -f "$TMPDIR"/ksplice-warned-* b.o

# ---- several sources in one command --------------------------------------------

rm -rf .ksplice
same "several sources" -O2 -Wall -c a.c b.c c.S
check "several sources: the first" "no record" recorded a.o
check "several sources: the second" "no record" recorded b.o
check "several sources: assembler" "a record" test ! -e .ksplice/c.o.json.zst
record_text .ksplice/b.o.json.zst | sed 's/"started":[0-9]*//' >b.several
"$wrapper" -O2 -Wall -c b.c
record_text .ksplice/b.o.json.zst | sed 's/"started":[0-9]*//' >b.alone
check "several sources: as if compiled alone" "$(diff b.several b.alone)" cmp -s b.several b.alone
same "several sources, one is broken" -c b.c broken.c a.c
check "several sources, one is broken: no old record" "there is one" \
	test ! -e .ksplice/b.o.json.zst
same "several sources, dependencies" -MMD -c a.c b.c
check "several sources, dependencies" "no record" recorded a.o
cp a.d a.several
gcc -MMD -c a.c b.c
check "several sources: the compiler's dependencies" "$(diff a.d a.several)" cmp -s a.d a.several
same "several sources and a bad option" -fno-such-option -c a.c b.c
KSPLICE_LIBDIR=$PWD/missing "$wrapper" -c a.c b.c 2>err
warned "several sources without a plugin" err '(plugin-missing)'
check "several sources without a plugin: reason" "nothing says so" reason b.o plugin-missing
rm -f ./*.o
rm -rf .ksplice

# ---- which compiler ----------------------------------------------------------

# records NAME COMMAND...: it works, and a.o is recorded.
records() {
	local name=$1 status=0
	shift
	rm -rf .ksplice a.o
	"$@" || status=$?
	check "$name: exit status" "$status" test $status = 0
	check "$name" "no record" recorded a.o
	rm -rf .ksplice
}

records "ksplice-cc gcc" "$wrapper" gcc -c a.c
records "ksplice-cc /path/gcc" "$wrapper" "$(command -v gcc)" -c a.c
records "KSPLICE_COMPILER" env KSPLICE_COMPILER=gcc "$wrapper" -c a.c
mkdir ../links
for name in gcc cc x86_64-linux-gnu-gcc; do
	command -v $name >/dev/null || continue
	ln -sf "$wrapper" ../links/$name
	KSPLICE_LIBDIR=$build/lib/ksplice PATH=$folder/links:$PATH "$name" -c a.c
	check "symbolic link $name" "no record" recorded a.o
	rm -rf .ksplice
done
text=$(PATH=$folder/links:$PATH gcc --version | head -n 1)
check "the link's --version" "$text" test "$text" = "$(gcc --version | head -n 1)"
PATH=$folder/links:$PATH "$wrapper" gcc -c a.c
check "link and wrapper" "no record" recorded a.o
rm -rf .ksplice
for name in gcc-99 no-such-compiler /no/such/aarch64-linux-gnu-gcc-4.9; do
	"$wrapper" $name -c a.c >out 2>err; status=$?
	check "a compiler that is not installed: $name" "$status: $(cat err)" \
		test "$status $(cat err)" = "127 ksplice-cc: $name: no such compiler"
done
# A file without a suffix is the compiler's to judge, and so is a source that is missing.
cp a.c plain
"$wrapper" plain -x c -c a.c >out 2>err
check "a file is not a compiler" "$(cat err)" test -s a.o
"$wrapper" no-such.cu -c a.c >out 2>err; status=$?
check "a missing file is not a compiler" "$status: $(cat err)" grep -q '^gcc: .*no-such.cu' err
rm -rf plain .ksplice
ln -s "$wrapper" only-here
timeout 60 ./only-here -c a.c 2>err; status=$?
check "a name that only the wrapper has" "$status $(cat err)" test $status = 127
rm only-here
if command -v clang >/dev/null; then
	"$wrapper" clang -c a.c 2>err
	check "clang compiles" "$(cat err)" test -s a.o
	check "clang: reason" "nothing says so" reason a.o compiler-not-gcc
	rm -rf .ksplice
else
	skip "clang" "clang is not installed"
fi
printf '#!/bin/sh\necho compiled; exit 3\n' >../strange && chmod +x ../strange
out=$("$wrapper" ../strange -c a.c); status=$?
check "an unknown compiler" "exit code $status, $out" test "$status $out" = "3 compiled"
rm -rf .ksplice a.o

if command -v ccache >/dev/null; then
	export CCACHE_DIR=$folder/ccache KSPLICE_UNIT_STORE=$folder/units
	for run in first second; do
		rm -rf .ksplice a.o
		"$wrapper" ccache gcc -O2 -c a.c -MD -MF a.d -o a.o
		check "ksplice-cc ccache gcc, $run" "no record" recorded a.o
		gcc -O2 -c a.c -o plain.o
		check "ksplice-cc ccache gcc, $run: object" "it differs" cmp -s plain.o a.o
	done
	# What a cache hit has to say comes from the store of units, if its inputs are
	# as they were; a compiler that counts shows that none is run for it.
	printf '#!/bin/sh\necho "$*" >>%s\nexec gcc "$@"\n' "$folder/runs" >../counting
	chmod +x ../counting
	cached() {
		rm -rf .ksplice/a.o.json.zst a.o
		"$wrapper" ccache ../counting -O2 -c a.c -o a.o
		record_text .ksplice/a.o.json.zst | sed 's/.*"unit"://' >"$1"
	}
	cached first.unit
	: >../runs
	cached second.unit
	check "a hit: the compiler is not run" "$(cat ../runs)" test ! -s ../runs
	check "a hit: the record is the same" "$(diff first.unit second.unit)" \
		cmp -s first.unit second.unit
	cp a.c saved.c
	sed -i '1i /* above */' a.c
	sleep 0.05 # its time stamp must be before the compile
	cached above.unit
	check "a comment above: other lines" "$(cat above.unit)" grep -q '"line":3,' above.unit
	cp saved.c a.c
	sleep 0.05
	cached back.unit
	check "a hit after it: the lines of now" "$(diff first.unit back.unit)" \
		cmp -s first.unit back.unit
	for kept in ../units/*/*; do echo garbage >"$kept"; done
	cached garbled.unit
	check "a garbled store" "$(diff first.unit garbled.unit)" cmp -s first.unit garbled.unit
	CCACHE_DIR=$folder/ccache KSPLICE_UNIT_STORE='' cached none.unit
	check "a hit without a store" "$(diff first.unit none.unit)" cmp -s first.unit none.unit
	mkdir -p ../newplugin && cp "$build"/lib/ksplice/ksplice-plugin-*.so ../newplugin
	KSPLICE_LIBDIR=$folder/newplugin cached new.unit
	touch ../newplugin/*
	: >../runs
	KSPLICE_LIBDIR=$folder/newplugin cached new.unit
	check "another plugin is no hit of ksplice-cc ccache" "$(cat ../runs)" \
		grep -q -e ' -c .*-o a.o' ../runs
	check "another plugin: the record" "$(diff first.unit new.unit)" cmp -s first.unit new.unit
	mkdir -p ../cachelinks && ln -sf "$(command -v ccache)" ../cachelinks/gcc
	for run in first second; do
		rm -rf .ksplice a.o
		PATH=$folder/cachelinks:$PATH "$wrapper" gcc -O2 -c a.c
		check "ccache as gcc on PATH, $run" "no record" recorded a.o
	done
	rm -rf .ksplice a.o
	ccache "$wrapper" -O2 -c a.c -o a.o
	check "ccache ksplice-cc" "no record" recorded a.o
	mkdir -p ../plugins && cp "$build"/lib/ksplice/ksplice-plugin-*.so ../plugins
	for touched in no yes; do
		[ $touched = no ] || touch ../plugins/*
		rm -rf .ksplice
		CCACHE_COMPILERCHECK="$wrapper --ksplice-identity" \
			KSPLICE_LIBDIR=$folder/plugins ccache "$wrapper" -O2 -c a.c
	done
	check "another plugin is no hit" "no record" recorded a.o
	unset CCACHE_DIR KSPLICE_UNIT_STORE
else
	skip "ccache" "ccache is not installed"
fi

# Another machine's compiler is trusted as far as its object is what ours makes.
# shellcheck disable=SC2016 # for the script that it writes
printf '#!/bin/sh\nshift\ncase "$*" in *-fplugin*) exit 9 ;; esac\nexec gcc "$@" $FARAWAY\n' >../distcc
chmod +x ../distcc
"$wrapper" ../distcc gcc -O2 -c a.c
check "ksplice-cc distcc gcc" "no record" recorded a.o
rm -f "$TMPDIR"/ksplice-warned-*
FARAWAY=-O0 "$wrapper" ../distcc gcc -O2 -c a.c 2>err
warned "another compiler far away" err '(object-differs)'
check "another compiler far away: reason" "nothing says so" reason a.o object-differs
rm -rf .ksplice

# ---- where the record goes ----------------------------------------------------

rm -rf .ksplice
mkdir -p sub ../outside/deep
"$wrapper" -c a.c -o sub/a.o
check "below the working folder" "$(find .ksplice)" recorded sub/a.o
"$wrapper" -c a.c -o ../outside/deep/a.o
check "elsewhere" "none beside it" test -s ../outside/deep/.ksplice/a.o.json.zst
KBUILD_EXTMOD=$folder/outside "$wrapper" -c a.c -o "$folder/outside/deep/a.o"
check "out-of-tree module" "none at its root" test -s ../outside/.ksplice/deep/a.o.json.zst
# What is not recorded by rule is so in a kernel's tree, and nowhere else.
mkdir -p arch/x86/boot tools
for object in arch/x86/boot/a.o tools/a.o a.mod.o; do
	"$wrapper" -c a.c -o $object
	check "no kernel: $object" "no record" recorded $object
	rm -f $object .ksplice/$object.json.zst
done
mkdir -p ../kernel/init ../kernel/scripts
touch ../kernel/init/main.c ../kernel/scripts/Kbuild.include
ln -s ../kernel source
for object in arch/x86/boot/a.o tools/a.o a.mod.o; do
	"$wrapper" -c a.c -o $object
	check "excluded: $object" "there is none" test -s $object
	check "excluded: record of $object" "there is one" test ! -e .ksplice/$object.json.zst
done
rm source
mkdir -p ../outside/tools
KBUILD_EXTMOD=$folder/outside "$wrapper" -c a.c -o "$folder/outside/tools/a.o"
check "tools of a module" "no record" test -s ../outside/.ksplice/tools/a.o.json.zst
KBUILD_EXTMOD=$folder/outside "$wrapper" -c a.c -o "$folder/outside/a.mod.o"
check "a module's .mod.o" "a record" test ! -e ../outside/.ksplice/a.mod.o.json.zst
(umask 027; "$wrapper" -c a.c)
check "umask" "$(stat -c %a a.o .ksplice/a.o.json.zst | tr '\n' ' ')" \
	test "$(stat -c %a a.o .ksplice/a.o.json.zst | tr '\n' ' ')" = "640 640 "

# ---- what goes wrong -----------------------------------------------------------

"$wrapper" -c a.c
"$wrapper" -c broken.c -o a.o 2>/dev/null
check "no old record after a failed compile" "it is still there" test ! -e .ksplice/a.o.json.zst
"$wrapper" -c a.c
"$wrapper" -c c.S -o a.o
check "no old record after another language" "it is still there" test ! -e .ksplice/a.o.json.zst

touch notafolder
mkdir blocked && cp a.c a.h blocked && touch blocked/.ksplice
(cd blocked && "$wrapper" -O2 -c a.c 2>err)
check "a file in the record folder's place" "$(cat blocked/err)" test -s blocked/a.o
warned "a file in the record folder's place" blocked/err '(folder-not-writable)'

mkdir -p broken/lib && for plugin in "$build"/lib/ksplice/ksplice-plugin-*.so; do
	head -c 5000 "$plugin" >"broken/lib/${plugin##*/}"
done
rm -rf .ksplice
KSPLICE_LIBDIR=$PWD/broken/lib "$wrapper" -O2 -c a.c 2>err; status=$?
check "a broken plugin: compile" "$(cat err)" test $status = 0
warned "a broken plugin" err '(plugin-not-loaded)'
check "a broken plugin: reason" "nothing says so" reason a.o plugin-not-loaded
KSPLICE_LIBDIR=$PWD/missing "$wrapper" -O2 -c a.c 2>err; status=$?
check "no plugin: compile" "$(cat err)" test $status = 0
warned "no plugin" err '(plugin-missing)'
check "no plugin: reason" "nothing says so" reason a.o plugin-missing
mkdir good && cp "$build"/lib/ksplice/ksplice-plugin-*.so good
KSPLICE_LIBDIR=$PWD/good "$wrapper" -O2 -c a.c
check "a plugin elsewhere" "no record" recorded a.o
for plugin in good/*; do # the same time and size, so that the kept answer fits
	cp -p "$plugin" saved
	dd if=/dev/zero of="$plugin" bs=64 count=1 conv=notrunc 2>/dev/null
	touch -r saved "$plugin"
done
rm -f a.o
KSPLICE_LIBDIR=$PWD/good "$wrapper" -O2 -c a.c 2>err; status=$?
check "a plugin that broke: compile" "$(cat err)" test $status = 0 -a -s a.o
grep '^ksplice-cc:' err >err.ours # GCC has its own to say, too
warned "a plugin that broke" err.ours '(plugin-not-loaded)'
check "a plugin that broke: reason" "$(record_text .ksplice/a.o.json.zst | head -c 200)" reason a.o plugin-not-loaded
rm -rf .ksplice
echo garbage >.ksplice-garbage
"$wrapper" -c a.c
for kept in .ksplice/compiler-*; do cp .ksplice-garbage "$kept"; done
rm a.o .ksplice/a.o.json.zst
"$wrapper" -c a.c
check "a garbled memory of the compiler" "no record" recorded a.o

small=/dev/shm/ksplice-test-$$
if [ "$(id -u)" = 0 ] && mkdir -p "$small" && mount -t tmpfs -o size=64k tmpfs "$small" 2>/dev/null; then
	cp a.c a.h "$small"
	(cd "$small" && "$wrapper" -c a.c; rm a.o .ksplice/*.zst)
	# As much room as the compiler itself takes, and not a page more.
	dd if=/dev/zero of="$small/fill" bs=1k 2>/dev/null
	for _ in $(seq 12); do
		rm -f "$small/a.o"
		truncate -s -4k "$small/fill"
		(cd "$small" && gcc -c a.c -o a.o 2>/dev/null) && break
	done
	rm "$small/a.o"
	(cd "$small" && "$wrapper" -c a.c -o a.o) 2>err
	check "a full disk: compile" "$(cat err)" test -s "$small/a.o"
	warned "a full disk" err '(record-not-written)'
	check "a full disk: nothing half-written" "$(find "$small/.ksplice" -name '*tmp*')" \
		test -z "$(find "$small/.ksplice" -name '*tmp*')"
	umount "$small"
	rmdir "$small"
else
	skip "a full disk" "it takes root and a mount"
fi

# ---- signals --------------------------------------------------------------------

printf '#!/bin/sh\nkill -SEGV $$\n' >../dies && chmod +x ../dies
# A compiler that says it is GCC, takes the plugin, and then waits.
cat >../slow <<'COMPILER'
#!/bin/sh
case "$*" in
*--version*) exec gcc --version ;;
*-dumpversion*) exec gcc -dumpversion ;;
*/dev/null*) exec gcc "$@" ;;
esac
trap 'echo terminated >>started; trap - TERM; kill -TERM $$' TERM
trap 'echo hung up >>started; trap - HUP; kill -HUP $$' HUP
trap 'echo interrupted >>started; trap - INT; kill -INT $$' INT
echo started >started
[ -z "$DIE" ] || kill -$DIE $$
while :; do sleep 0.05; done
COMPILER
chmod +x ../slow
set -m # else SIGINT is ignored in the background
for signal in TERM INT HUP; do
	# Whoever started us in the background may have had SIGINT ignored.
	env --default-signal=TERM,INT,HUP "$wrapper" ../slow -c a.c -o slow.o &
	process=$!
	for _ in $(seq 1200); do [ -s started ] && break; sleep 0.05; done
	kill -$signal $process
	for _ in $(seq 1200); do kill -0 $process 2>/dev/null || break; sleep 0.05; done
	kill -KILL $process 2>/dev/null
	wait $process 2>/dev/null
	status=$?
	check "SIG$signal: exit status" "$status" test $status = $((128 + $(kill -l $signal)))
	check "SIG$signal reaches the compiler" "$(cat started)" test "$(wc -l <started)" = 2
	check "SIG$signal leaves no record" "$(find .ksplice -name 'slow*')" \
		test -z "$(find .ksplice -name 'slow*')"
	rm -f started
done 2>/dev/null
set +m
(DIE=SEGV "$wrapper" ../slow -c a.c -o slow.o; exit $?) 2>/dev/null; status=$?
check "a compiler that crashes" "exit status $status" test $status = 139
rm -f started

# A compiler that crashes with the plugin in it: GCC makes any SIGSEGV its own crash, and
# the second attempt is without the plugin.
mkfifo fifo.h
waits=waits-$$
echo '#include "fifo.h"' >$waits.c
timeout 600 "$wrapper" -c $waits.c 2>err &
process=$!
# It has the plugin, and waits for somebody who writes into the FIFO.
for _ in $(seq 1200); do
	victim=$(pgrep -f "cc1 .*$waits") && grep -q '/ksplice-plugin-' "/proc/$victim/maps" &&
		grep -q '^State:.S' "/proc/$victim/status" && break
	sleep 0.05
done
rm fifo.h # which it has open
echo 'int waited;' >fifo.h
kill -SEGV "$victim"
wait $process
status=$?
check "a crash with the plugin: the compile works" "$status $(cat err)" \
	test $status = 0 -a -s $waits.o
grep '^ksplice-cc:' err >err.ours # GCC has its own to say, too
warned "a crash with the plugin" err.ours '(plugin-crashed)'
check "a crash with the plugin: reason" "$(cat err)" reason $waits.o plugin-crashed
rm fifo.h $waits.*

# ---- several at once --------------------------------------------------------------

rm -rf .ksplice
mkdir many
for i in $(seq 40); do echo "int v$i(int x) { return x + $i; }" >"many/f$i.c"; done
cat >Makefile <<'RULES'
objects := $(patsubst %.c,%.o,$(wildcard many/*.c))
all: $(objects)
%.o: %.c
	+$(CC) -c -o $@ $<
RULES
KSPLICE_LIBDIR=$PWD/missing make -s -j4 CC="$wrapper" >out 2>&1
warned "make -j4 without a plugin" out '(plugin-missing)'
# shellcheck disable=SC2016 # for make
printf '%s\n' 'all:' '	$(MAKE) -s -B' '	$(MAKE) -s -B' >Makefile.twice
KSPLICE_LIBDIR=$PWD/missing make -s -j4 -f Makefile.twice CC="$wrapper" 2>out >/dev/null
warned "a make of makes" out '(plugin-missing)'
make -s -B -j4 CC="$wrapper" >out 2>&1
check "make -j4" "$(cat out)" test ! -s out
check "make -j4: records" "$(find .ksplice -name '*.zst' | wc -l)" \
	test "$(find .ksplice -name '*.zst' | wc -l)" = 40
(make -s -B -j4 CC="$wrapper" & make -s -B -j4 CC="$wrapper"; wait) >out 2>&1
check "two builds at once" "$(cat out)" test ! -s out
for i in $(seq 40); do recorded "many/f$i.o" || not_ok "two builds at once" "f$i"; done
check "nothing half-written" "$(find . -name '*tmp-*')" test -z "$(find . -name '*tmp-*')"

exit "$failed"
