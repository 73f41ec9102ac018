#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# results.sh - what holds for the results of all tools, without a kernel: a result that
# cannot be written is an error; with --json a wrong call gives JSON, too, of one shape
set -eu -o pipefail

top=$(readlink -f "$(dirname "$0")/../..")
bin=$top/${KSPLICE_BUILD:-build}/bin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/verdict_lines.sh
. "$top/tests/verdict_lines.sh"

# says JQ: the output is one document, of which that is true. (jq -e takes an empty one.)
says() {
	[ "$(jq "$@" "$work/out")" = true ]
}

# unwritten COMMAND...: it ends with exit code 1 and says why when its output is lost, and
# with 0 otherwise.
unwritten() {
	local status=0
	"$bin/$1" "${@:2}" >"$work/out" 2>"$work/err" || status=$?
	if [ $status != 0 ] || [ ! -s "$work/out" ]; then
		not_ok "$*: exit code $status, $(wc -c <"$work/out") bytes"
		return 0
	fi
	"$bin/$1" "${@:2}" >/dev/full 2>"$work/err" || status=$?
	if [ $status = 1 ] && grep -q 'No space left on device' "$work/err"; then
		ok "$*: a full device"
	else
		not_ok "$* >/dev/full: exit code $status: $(cat "$work/err")"
	fi
	status=0
	"$bin/$1" "${@:2}" >&- 2>"$work/err" || status=$?
	if [ $status = 1 ] && grep -q 'Bad file descriptor' "$work/err"; then
		ok "$*: a closed output"
	else
		not_ok "$* >&-: exit code $status: $(cat "$work/err")"
	fi
}

tools=(create diff index match apply undo view)
for tool in "${tools[@]}"; do
	unwritten "ksplice-$tool" --help
	unwritten "ksplice-$tool" --version
done
echo 'int one(void) { return 1; }' >"$work/one.c"
echo 'int one(void) { return 2; }' >"$work/two.c"
for name in one two; do
	gcc -O2 -ffunction-sections -c -o "$work/$name.o" "$work/$name.c"
done
unwritten ksplice-diff "$work/one.o" "$work/two.o"
unwritten ksplice-diff --json "$work/one.o" "$work/two.o"
if [ ! -e /sys/kernel/ksplice ]; then
	unwritten ksplice-view
	unwritten ksplice-view --json
fi

# wrong_call MESSAGE COMMAND...: the command's one object says so, and stderr, too.
wrong_call() {
	local message=$1 status=0 got
	shift
	"$bin/$1" "${@:2}" >"$work/out" 2>"$work/err" || status=$?
	got=$(jq -r 'type + " " + .result + " " + .reason + ": " + .message' "$work/out") ||
		got="no JSON: $(cat "$work/out")"
	if [ $status = 1 ] && [ "$got" = "object error usage: $message" ] &&
		grep -qxF -e "$1: $message" "$work/err"; then
		ok "${*//$work/}: a wrong call"
	else
		not_ok "$*: exit code $status, $got; $(cat "$work/err")"
	fi
}

for tool in create diff index apply undo view; do
	wrong_call "--jsom: no such option" "ksplice-$tool" --jsom --json a b
	wrong_call "--jsom: no such option" "ksplice-$tool" --json --jsom=x a b
	wrong_call "-X: no such option" "ksplice-$tool" -X a --json
	wrong_call "--json: takes no argument" "ksplice-$tool" a --json=2 --json
done
wrong_call "b: one kernel tree too many" ksplice-create --json a b
wrong_call "b: one kernel tree too many" ksplice-index a b --json
wrong_call "c: one object too many" ksplice-diff a b c --json
wrong_call "c: one update too many" ksplice-apply a b c --json
wrong_call "b: one update too many" ksplice-undo --json a b
wrong_call "b: one update too many" ksplice-view --json a b
wrong_call "no patch given" ksplice-create --json a
wrong_call "--strip=x: not a number from 0 to 64" ksplice-create --json --strip=x a
wrong_call "only one query is possible at a time" ksplice-index --json -f a -i b c
wrong_call "give the ID of one update, or --all" ksplice-undo --json
wrong_call "--deadline x: not a number of seconds" ksplice-undo --json --deadline x a
wrong_call "--deadline x: not a number of seconds" ksplice-apply --json --deadline x a
wrong_call "give one update, or one folder of updates" ksplice-apply --json a b

# other_error COMMAND...: likewise where the call is right; whatever the names are.
other_error() {
	local status=0
	"$bin/$1" "${@:2}" >"$work/out" 2>"$work/err" || status=$?
	if [ $status -gt 0 ] && says '.result == "error" and (.message | type) == "string"'; then
		ok "$1: an error"
	else
		not_ok "$*: exit code $status: $(cat "$work/out" "$work/err")"
	fi
}

name=$(printf '%s/no\344such' "$work")
other_error ksplice-create --json --patch="$name" "$work"
other_error ksplice-diff --json "$name" "$name"
# shellcheck disable=SC2016 # a variable of jq
if says --arg want "$work/noäsuch: No such file or directory" '.message == $want'; then
	ok "a name that is not UTF-8 can still be read"
else
	not_ok "a name that is not UTF-8: $(cat "$work/out")"
fi
other_error ksplice-index --json "$name"
[ "$(id -u)" != 0 ] || [ -e /dev/ksplice ] || other_error ksplice-apply --json "$name"

# The result of objects that are the same is an object, too.
status=0
"$bin/ksplice-diff" --json --all "$work/one.o" "$work/one.o" >"$work/out" 2>"$work/err" ||
	status=$?
if [ $status = 3 ] && says '.result == "no-change" and .pieces[0].state == "same"'; then
	ok "ksplice-diff: the same objects"
else
	not_ok "ksplice-diff of the same objects: exit code $status: $(cat "$work/out")"
fi
exit $failed
