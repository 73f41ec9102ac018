#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# call_log.sh - KSPLICE_LOG has a line for each call, with what was decided and why
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/recorder/result_lines.sh
. "$here/result_lines.sh"
cd "$folder" || exit 1
mkdir "work folder" temporary && cd "work folder" || exit 1
export TMPDIR=$folder/temporary
log=$folder/log
echo 'int twice(int x) { return 2 * x; }' >a.c
echo 'int thrice(int x) { return 3 * x; }' >b.c
echo 'int broken(' >broken.c
echo 'int main(void) { return 0; }' >main.c
printf '\tnop\n' >s.S
number=0

# logged DECISION OBJECT WHY [SETTING=VALUE]... ARGUMENTS...: this call leaves this line; WHY
# is how it begins.
logged() {
	local decision=$1 object=$2 why=$3 line fields
	shift 3
	number=$((number + 1))
	rm -f "$log"
	env KSPLICE_LOG="$log" "$@" >out 2>err || true
	line=$(cat "$log")
	IFS=$'\t' read -r -a fields <<<"$line"
	check "$number, $decision: one line" "$line" test "$(wc -l <"$log")" = 1
	check "$number, $decision: seven fields" "${#fields[@]}" test ${#fields[@]} = 7
	check "$number, $decision: time" "${fields[0]}" \
		grep -qE '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{6}Z$' <<<"${fields[0]}"
	check "$number, $decision: time is now" "${fields[0]}" \
		test $(($(date +%s) - $(date -d "${fields[0]}" +%s))) -lt 600
	check "$number, $decision: decision" "${fields[2]}" test "${fields[2]}" = "$decision"
	check "$number, $decision: object" "${fields[3]}" test "${fields[3]}" = "$object"
	check "$number, $decision: why $why" "${fields[4]}" \
		test "${fields[4]#"$why"}" != "${fields[4]}"
	check "$number, $decision: folder" "${fields[5]}" test "${fields[5]}" = "\"$PWD\""
}

logged recorded a.o "by the plugin" "$wrapper" -c a.c
check "the command" "$(cat "$log")" test "$(cut -f7 "$log")" = "$wrapper -c a.c"
logged recorded a.o "by the plugin" "$wrapper" -DX="a 'b'" -c a.c
check "the command, quoted" "$(cat "$log")" test "$(cut -f7 "$log")" = "$wrapper \"-DX=a 'b'\" -c a.c"
logged failed broken.o "the compiler's exit status is 1" "$wrapper" -c broken.c
logged passed - "not a compile of C to an object" "$wrapper" main.c -o main
logged passed - "not a compile of C to an object" "$wrapper" --version
logged passed s.o "not a C source" "$wrapper" -c s.S
logged passed - "no such compiler" KSPLICE_COMPILER=no-such "$wrapper" -c a.c
logged passed - "another ksplice-cc" KSPLICE_UNIT="$folder/unit" "$wrapper" -c a.c
logged passed a.o "not compiled as C" "$wrapper" g++ -c a.c
logged passed distccd_1.o "distccd" "$wrapper" -c a.c -o distccd_1.o
logged unrecorded a.o "lto: an object made with -flto" "$wrapper" -flto -c a.c
logged unrecorded a.o "plugin-missing: no plugin" KSPLICE_LIBDIR=/nowhere "$wrapper" -c a.c
mkdir -p scripts init tools && touch scripts/Kbuild.include init/main.c
logged passed tools/a.o "runs on the build machine" "$wrapper" -c a.c -o tools/a.o
printf '#!/bin/sh\nexec "$@"\n' >distcc && chmod +x distcc
logged recorded a.o "by a second compile" "$wrapper" ./distcc gcc -c a.c
if command -v ccache >/dev/null; then
	export CCACHE_DIR=$folder/ccache KSPLICE_UNIT_STORE=$folder/units
	logged recorded a.o "by the plugin" "$wrapper" ccache gcc -c a.c
	rm a.o
	logged recorded a.o "from the store of the plugin's output" "$wrapper" ccache gcc -c a.c
	unset CCACHE_DIR KSPLICE_UNIT_STORE
else
	skip "ccache" "it is not installed"
fi

# One line for each object of one command.
rm -f "$log"
KSPLICE_LOG=$log "$wrapper" -c a.c b.c s.S
check "several: a line each" "$(cat "$log")" test "$(cut -f3,4 "$log" | tr '\t\n' ' ,')" = \
	"recorded a.o,recorded b.o,passed s.o,"

# Whole lines, however many compile at once.
mkdir many
for ((i = 0; i < 60; i++)); do echo "int v$i(int x) { return x + $i; }" >many/f$i.c; done
rm -f "$log"
find many -name '*.c' -print0 | KSPLICE_LOG=$log xargs -0 -P 8 -I{} "$wrapper" -DA="$(head -c 3000 /dev/zero | tr '\0' x)" -c {} -o {}.o
check "many at once: a line each" "$(wc -l <"$log")" test "$(wc -l <"$log")" = 60
check "many at once: whole lines" "$(cut -c1-100 "$log" | head -n 3)" \
	test "$(awk -F '\t' 'NF == 7 && $3 == "recorded" && length($0) > 3000' "$log" | wc -l)" = 60

# A log that cannot be written stops nothing.
KSPLICE_LOG=$folder/no/such/log "$wrapper" -c a.c >out 2>err
status=$?
check "no log: exit status" "$status" test $status = 0
check "no log: no word" "$(cat err)" test ! -s err
KSPLICE_LOG='' "$wrapper" -c a.c >out 2>err
check "an empty name is none" "$(cat err)" test ! -s err
exit "$failed"
