# SPDX-License-Identifier: GPL-2.0-or-later
#
# result_lines.sh - sourced by the recorder's tests
#
# Makes a temporary folder that is removed at the end, finds the tools ($KSPLICE_BUILD, or
# build/ of this checkout), and reads records. The script that sources it has set $here, its
# own folder. tests/verdict_lines.sh has the functions that print results.

# shellcheck source=tests/verdict_lines.sh
. "$here/../verdict_lines.sh"

build=$(cd "${KSPLICE_BUILD:-$here/../../build}" && pwd) || exit 1
wrapper=$build/bin/ksplice-cc
folder=$(mktemp -d "${TMPDIR:-/tmp}/ksplice-test-XXXXXX") || exit 1
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
unset KSPLICE_UNIT KBUILD_EXTMOD KSPLICE_COMPILER KSPLICE_LIBDIR

# record_text FILE: the JSON of a record, or of a unit as it is.
record_text() {
	local above=${1%/.ksplice/*} dictionary=$folder/dictionary.$BASHPID
	[ "$above" != "$1" ] || above=.
	if [ "$(head -c 4 "$1" | od -An -tx1 | tr -d ' \n')" != 28b52ffd ]; then
		cat "$1"
	elif [ -e "$above/.ksplice/dictionary.zst" ]; then
		zstd -q -d -c "$above/.ksplice/dictionary.zst" >"$dictionary"
		zstd -q -d -c -D "$dictionary" "$1"
		rm "$dictionary"
	else
		zstd -q -d -c "$1"
	fi
}

# The hash of a function or variable in a record (.json.zst) or a unit (plain).
get_hash() {
	record_text "$2" | tr '{' '\n' |
		sed -n "s/^\"name\":\"$1\",\(\"id\":\"[^\"]*\",\)*\"hash\":\"\([0-9a-f]*\)\".*/\2/p"
}

# All functions (or variables) of it: "name hash" per line, sorted.
list_functions() {
	record_text "$1" | tr '{' '\n' |
		sed -n 's/^"name":"\([^"]*\)","hash":"\([0-9a-f]*\)".*/\1 \2/p' | sort
}

# "id hash" per line; what must not be correlated is left out.
list_variables() {
	record_text "$1" | tr '{' '\n' |
		sed -n 's/^"name":"[^"]*","id":"\([^"]*[^!"]\)","hash":"\([0-9a-f]*\)".*/\1 \2/p' |
		sort
}

list_toplevel() {
	record_text "$1" | grep -o '"toplevel":"[0-9a-f]*"'
}

# Everything that must be equal in two records of equal code.
list_all() {
	list_functions "$1"
	list_variables "$1"
	list_toplevel "$1"
}

# draw_seed FILE...: a number that is another one when a file is, so that what is drawn by
# chance differs between versions, and a run can be repeated.
draw_seed() {
	local sum
	sum=$(cat "$@" | cksum)
	echo $((${sum%% *} % 1000000))
}
