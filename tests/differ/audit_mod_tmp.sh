#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# audit.sh - the audit has no complaint about an update, and complains about a damaged one
#
# One update with code, new variables, tables of all kinds and a constant that is changed in
# place. Copies of it are damaged (update_mutation.c), one thing each, and the audit must
# name that thing. Then the kept objects are exchanged, so that the update is wrong for them.
set -eu

top=$(readlink -f "$(dirname "$0")/../..")
build=$top/${KSPLICE_BUILD:-build}
tree=$KSPLICE_TREE
source=$tree
[ ! -d "$tree/source/" ] || source=$(readlink -f "$tree/source")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tmp"
export TMPDIR=$work/tmp
failed=0

# edit FILE SED...: a changed copy of a source file, for the next patch
edit() {
	local file=$1
	shift
	mkdir -p "$work/a/${file%/*}" "$work/b/${file%/*}"
	cp "$source/$file" "$work/a/$file"
	sed "$@" "$source/$file" >"$work/b/$file"
	if cmp -s "$work/a/$file" "$work/b/$file"; then
		echo "not ok the commands do not change $file: $*"
		failed=1
	fi
}

# create NAME: the update of all edits, kept in NAME; and the audit of it
create() {
	(cd "$work" && diff -ru a b) >"$work/$1.patch" || true
	rm -rf "$work/a" "$work/b"
	if "$top/tests/create_audited" -q -p "$work/$1.patch" -o "$work/$1.out" \
		--keep="$work/$1" "$tree" >"$work/$1.log" 2>&1; then
		echo "ok $1: no complaint"
	else
		echo "not ok $1: is not made, or the audit complains"
		sed 's/^/  /' "$work/$1.log"
		failed=1
	fi
}

# audit FOLDER KEEP WANTED: the audit of what is in FOLDER complains, with these words
audit() {
	local status=0
	"$top/tests/audit_update" "$2" "$1" "$tree" >"$work/log" 2>&1 || status=$?
	if [ $status = 1 ] && grep -qE "$3" "$work/log"; then
		echo "ok ${4:-$3}"
	else
		echo "not ok ${4:-$3}: status $status"
		sed 's/^/  /' "$work/log"
		failed=1
	fi
}

# damaged WANTED MUTATION [/ MUTATION]...: a copy of the update $whole with that damage
whole=every
damaged() {
	local wanted=$1 words=() word
	shift
	rm -rf "$work/damaged"
	cp -r "$work/$whole"/ksplice-* "$work/damaged"
	for word in "$@" /; do
		if [ "$word" = / ]; then
			"$build/tests/update_mutation" "$work"/damaged/*.ko "${words[@]}"
			words=()
		else
			words+=("$word")
		fi
	done
	audit "$work/damaged" "$work/$whole" "$wanted" "$*: $wanted"
}

# for_section FILE SECTION COMMAND...: only where the configuration has such a thing
for_section() {
	local file=$1 section=$2
	shift 2
	if readelf -SW "$file" | grep -qF " $section "; then
		"$@"
	else
		echo "-- this kernel has no $section here: $2"
	fi
}

# lost SECTION SIZE [/ MUTATION]...: the last entry of a table is taken out
lost() {
	local section=$1 size=$2
	shift 2
	for_section "$(echo "$work"/every/ksplice-*/*.ko)" "$section" \
		damaged "entry of $section is missing" drop "$section" "$size" "$@"
}

# Exception table, alternatives; BUG table, jump label, static call, locks; new variables;
# a constant in place.
mkdir -p "$work/every"

hunk=56 address=8 kind=24 size=28 jump=32 bytes=40 sites=48

# A module: places are sections and offsets, and the loader relocates the old code.
edit drivers/block/loop.c '/^static int loop_set_block_size/,/^}/s/^\tif (lo->lo_state != Lo_bound)/\tpr_info("loop: %lu\\n", arg);\n&/'
create module
whole=module
build_id=72 site=16 # of struct ksplice_target, struct ksplice_site
damaged 'target loop: the tree has no such one, or with another build-id' \
	add .ksplice.targets $build_id 1
damaged 'its table of parts is not that of the manifest' add .ksplice.parts $build_id 1
damaged 'its table of parts is not that of the manifest' add .ksplice.update 124 1
damaged 'the target has no such symbol' add .ksplice.hunks $address 16
damaged 'the old content of its hunk is not' add .ksplice.hunks $bytes 1
damaged 'the loader relocates it, and no site says how' add .ksplice.sites $site 1
damaged 'leads to the kernel.s blk_mq_freeze_queue' redirect :_printk :blk_mq_freeze_queue
whole=every


exit $failed
