# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# index_checks.sh - what the tests of the index share; sourced by them
#
# Gives $index, the program; $work, a folder that is removed when the test ends, and
# copy_tree; results are printed by tests/verdict_lines.sh. The test ends with: exit $failed
set -eu -o pipefail

top=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/../..")
# shellcheck disable=SC2034 # the tests use it
index=$top/${KSPLICE_BUILD:-build}/bin/ksplice-index
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/verdict_lines.sh
. "$top/tests/verdict_lines.sh"

# copy_tree COPY [FILE...]: the tree in another place, without an index. It consists of
# links; its records and the files that are named may be written.
copy_tree() {
	local copy=$1 file
	shift
	cp -al "$KSPLICE_TREE" "$copy" 2>/dev/null || {
		rm -rf "$copy"
		cp -a "$KSPLICE_TREE" "$copy"
	}
	for file in .ksplice "$@"; do
		rm -rf "${copy:?}/$file"
		cp -a "$KSPLICE_TREE/$file" "$copy/$file"
	done
	rm -f "$copy"/.ksplice/index.db*
}

# flip_byte FILE OFFSET: changes one byte, and nothing else but the file's time.
flip_byte() {
	local byte
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	# shellcheck disable=SC2059 # an octal escape
	printf "\\$(printf %o $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# find_symbol ELF NAME: where in the file a function starts, from readelf alone.
find_symbol() {
	readelf -SW "$1" | sed 's/^ *\[ *\([0-9]*\)\]/\1/' >"$work/sections"
	readelf -sW "$1" | awk -v name="$2" '
		NR == FNR { if ($1 ~ /^[0-9]+$/) { address[$1] = $4; offset[$1] = $5 }; next }
		$4 == "FUNC" && $8 == name && !found++ { print $2, address[$7], offset[$7] }
	' "$work/sections" - | {
		read -r value address offset
		echo $((0x$value - 0x$address + 0x$offset))
	}
}
