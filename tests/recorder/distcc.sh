#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# distcc.sh - objects that another machine compiles are recorded too
#
# A distccd on the loopback interface is that machine: it gets preprocessed source and
# the compiler's arguments, and none of our environment; and it takes no job with a
# plugin. Each case looks into its log whether it was really asked.
#
# Behind distcc (CC="distcc ksplice-cc") ksplice-cc runs on the other machine, if that has
# one, and nobody here sees the object being made: there is no record then, and
# ksplice-index says so; the one on the other machine leaves distccd's files alone.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/recorder/result_lines.sh
. "$here/result_lines.sh"
for program in distcc distccd; do
	command -v $program >/dev/null || {
		echo "distcc is not installed"
		exit 77
	}
done
cd "$folder" || exit 1
chmod 711 . # as root, distccd is another user
mkdir work home && cd work || exit 1
export DISTCC_DIR=$folder/home
daemon=

stop_daemon() {
	[ -z "$daemon" ] || { kill "$daemon" && wait "$daemon"; } 2>/dev/null
	daemon=
}
trap 'stop_daemon; chmod -R u+w "$folder"; rm -rf "$folder"' EXIT

is_free() {
	! (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# start_daemon COMMAND...: distccd on a free port, started by COMMAND (env, or one that
# takes something away from it).
start_daemon() {
	local port i
	stop_daemon
	: >"$folder/log" && chmod 666 "$folder/log"
	for ((port = 20000 + $$ % 20000; ; port++)); do
		is_free $port && break
	done
	"$@" distccd --no-detach --daemon --log-file="$folder/log" --log-level=info \
		--listen=127.0.0.1 --port=$port --allow=127.0.0.1 --jobs=2 \
		--enable-tcp-insecure >"$folder/daemon" 2>&1 &
	daemon=$!
	export DISTCC_HOSTS=127.0.0.1:$port
	for ((i = 0; i < 600; i++)); do
		is_free $port || return 0
		sleep 0.1
	done
	echo "distccd does not start: $(cat "$folder/daemon" "$folder/log")"
	exit 77
}

cat >a.c <<'SOURCE'
#include <stdio.h>
#include "a.h"
static const char *const names[] = {"one", "two"};
static inline int twice(int x) { return x * TWO; }
int shown(int i) { static int count; count++; return printf("%s\n", names[i & 1]); }
int used(int x) { int unused; return shown(twice(x)) + __LINE__; }
SOURCE
echo '#define TWO 2' >a.h
flags=(-O2 -Wall -MD -MF a.d)
gcc "${flags[@]}" -c a.c -o plain.o 2>/dev/null
"$wrapper" gcc "${flags[@]}" -c a.c -o a.o 2>/dev/null
list_all .ksplice/a.o.* >plain.list
record_parts() {
	"$build/tests/recorder/hash_verdict" --list "$@"
}
record_parts .ksplice/a.o.* >plain.parts

# was_asked RESULT: distccd's log has that of a job; it may come after the client's end.
# shellcheck disable=SC2317 # it is an argument of check
was_asked() {
	local i
	for ((i = 0; i < 600; i++)); do
		! grep -q "$1" "$folder/log" || return 0
		sleep 0.1
	done
	return 1
}

# compile NAME RESULT COMMAND...: distccd got it, with that RESULT; object, messages and
# dependencies are those of distcc alone.
compile() {
	local name=$1 result=$2 status
	shift 2
	rm -rf .ksplice a.o a.d "${DISTCC_DIR:?}"/* # it remembers who did not answer
	: >"$folder/log"
	timeout 600 "$@" "${flags[@]}" -c a.c -o a.o >output 2>&1
	status=$?
	check "$name: exit status" "$(cat output)" test $status = 0
	check "$name: the other machine was asked" "$(cat "$folder/log")" was_asked "$result"
	check "$name: object" "it differs" cmp -s plain.o a.o
	check "$name: messages" "$(diff alone.output output)" cmp -s alone.output output
	check "$name: dependencies" "$(diff alone.d a.d)" cmp -s alone.d a.d
}

# recorded NAME: the record is as without distcc.
recorded() {
	list_all .ksplice/a.o.* >list 2>/dev/null
	check "$1: functions and variables" "$(diff plain.list list | head -n 3)" cmp -s plain.list list
	record_parts .ksplice/a.o.* >parts 2>&1
	check "$1: inputs and arguments" "$(diff plain.parts parts | cut -c1-200)" \
		cmp -s plain.parts parts
}

start_daemon env
export DISTCC_FALLBACK=0
distcc gcc "${flags[@]}" -c a.c -o a.o >alone.output 2>&1
cp a.d alone.d
compile "distcc gcc" COMPILE_OK distcc gcc
compile "ksplice-cc distcc gcc" COMPILE_OK "$wrapper" distcc gcc
recorded "ksplice-cc distcc gcc"
compile "ksplice-cc distcc" COMPILE_OK "$wrapper" distcc
recorded "ksplice-cc distcc"
compile "distcc ksplice-cc" COMPILE_OK distcc "$wrapper"
check "distcc ksplice-cc: nothing is recorded" "$(find .ksplice)" test ! -e .ksplice

# One that has no ksplice-cc: distcc goes on here, and it is recorded.
start_daemon env PATH=/usr/bin:/bin
unset DISTCC_FALLBACK
PATH=$build/bin:$PATH distcc ksplice-cc "${flags[@]}" -c a.c -o a.o >output 2>&1
status=$?
check "the other machine has no ksplice-cc" "$(cat output)" test $status = 0
check "the other machine has no ksplice-cc: object" "it differs" cmp -s plain.o a.o
recorded "the other machine has no ksplice-cc"
exit "$failed"
