#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# proof.sh - an update is made only for what the kernel was really built from
#
# In a copy of the tree, one byte of an object is changed, and the same byte of vmlinux: what
# is left when a file is built once more by another compiler, its record survives, and its
# source is as before. What the record says and what runs are two things then, and
# ksplice-create has to notice.
# shellcheck source=tests/differ/create_checks.sh
. "$(dirname "$0")/create_checks.sh"

use_tree "$KSPLICE_TREE"
object=kernel/sys.o
copy=$work/tree
# Links are enough, but for what is written.
cp -al "$tree" "$copy" 2>/dev/null || {
	rm -rf "$copy"
	cp -a "$tree" "$copy"
}
rm -rf "$copy/.ksplice"
cp -a "$tree/.ksplice" "$copy/"

# section_field FILE SECTION COLUMN: address (1) or offset in the file (2), decimal
section_field() {
	readelf -SW "$1" | sed 's/^ *\[ *[0-9]*\]//' |
		awk -v name="$2" -v column="$3" '$1 == name && !found++ { print $(column + 2) }' |
		{ read -r hexadecimal && echo $((16#$hexadecimal)); }
}

# symbol_place FILE SYMBOL: its section's number and its value, decimal
symbol_place() {
	readelf -sW "$1" | awk -v name="$2" '$8 == name && !found++ { print $7, $2 }' |
		{ read -r section value && echo "$section $((16#$value))"; }
}

section_name() {
	readelf -SW "$1" | sed -n "s/^ *\[ *$2\] \([^ ]*\).*/\1/p"
}

# alter FILE SYMBOL DELTA: changes the byte at DELTA behind the symbol
alter() {
	local file=$1 section value name offset address place byte
	read -r section value < <(symbol_place "$file" "$2")
	name=$(section_name "$file" "$section")
	address=$(section_field "$file" "$name" 1)
	offset=$(section_field "$file" "$name" 2)
	place=$((offset + value - address + $3))
	byte=$(od -An -tu1 -j $place -N 1 "$file")
	# shellcheck disable=SC2059 # the format is the byte
	printf "\\x$(printf %02x $((byte ^ 4)))" |
		dd of="$file" bs=1 seek=$place conv=notrunc status=none
}

# case_of NAME SYMBOL DELTA WANTED MENTIONED
case_of() {
	local file
	for file in "$object" vmlinux; do
		rm "$copy/$file"
		cp "$tree/$file" "$copy/$file"
		[ -z "$2" ] || alter "$copy/$file" "$2" "$3"
	done
	patch_with kernel/sys.c 's/info->procs = nr_threads;/info->procs = nr_threads + 1;/'
	answer "$1" "$4" "$copy"
	grep -q -e "$5" "$work/json" || not_ok "$1: $5 is not mentioned"
}

case_of "nothing is altered" '' 0 "created __do_sys_sysinfo" __do_sys_sysinfo
case_of "a variable" uts_sem 0 not-in-vmlinux uts_sem
case_of "another function" override_release 5 not-in-vmlinux override_release
case_of "the function itself" __do_sys_sysinfo 5 not-in-vmlinux __do_sys_sysinfo
exit "$failed"
