#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# kernel_builds.sh - the ways of building a kernel, or a module for it, with ksplice-cc
#
# O= absolute and relative, in the source tree, M= for a module elsewhere, and together
# with the kernel's own GCC plugins. Some folders of a small kernel are built with gcc
# and then, in the same place, with ksplice-cc: the objects must be identical, and
# each one of C must have its record in the tree's (or the module's) own .ksplice.
here=$(cd "$(dirname "$0")" && pwd)
# The kernel's folders are large: they belong where kernels are kept.
TMPDIR=${KSPLICE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ksplice}
mkdir -p "$TMPDIR" && export TMPDIR
# shellcheck source=tests/recorder/result_lines.sh
. "$here/../recorder/result_lines.sh"
# shellcheck source=tests/recorder/kernel_commands.sh
. "$here/../recorder/kernel_commands.sh"
kernel=$here/../kernel
source=$("$kernel/make_tree" source) || exit 1
export KBUILD_BUILD_TIMESTAMP='Thu Jan  1 00:00:00 UTC 2026'
export KBUILD_BUILD_USER=ksplice KBUILD_BUILD_HOST=ksplice KBUILD_BUILD_VERSION=1
parts=(lib/ crypto/ fs/ext2/)

# configure TREE MAKE...: small.config, and what `extra` names.
configure() {
	local tree=$1
	shift
	"$@" tinyconfig
	{ cat "$kernel/small.config"; printf '%s\n' "${extra[@]}"; } >>"$tree/.config"
	"$@" olddefconfig
	for line in "${extra[@]}"; do
		grep -qx "$line" "$tree/.config" || echo "no effect: $line"
	done
	"$@" modules_prepare
}

list_objects() {
	(cd "$1" && find . -path ./.ksplice -prune -o -path ./source -prune -o -path ./scripts \
		-prune -o -path ./tools -prune -o -name '*.o' -print | sort)
}

# compare_objects NAME TREE: with those of plain gcc, in TREE.plain.
compare_objects() {
	local differing count missing
	list_objects "$2.plain" >objects.plain
	list_objects "$2" >objects
	count=$(wc -l <objects)
	differing=$(diff objects.plain objects
		while read -r file; do cmp "$2.plain/$file" "$2/$file"; done <objects 2>&1)
	check "$1: identical: $count objects" "$differing" test -z "$differing" -a "$count" -gt 0
	list_commands "$2" 100000 | cut -f1 >recordable
	missing=$(while read -r object; do
		object=${object#"$2/"}
		ls "$2/.ksplice/$object".json.* >/dev/null 2>&1 || echo "$object"
	done <recordable)
	check "$1: recorded: $(wc -l <recordable) objects" "without a record: $missing" \
		test -z "$missing" -a -s recordable
	missing=$(find "$2/.ksplice" -name '*.json.*' -exec \
		"$build/tests/recorder/hash_verdict" --list {} + | grep '^unrecorded')
	check "$1: nothing unrecorded" "$missing" test -z "$missing"
}

# build_both NAME TREE MAKE...: the parts, with gcc and then with ksplice-cc; a command
# that differs makes kbuild compile again.
build_both() {
	local name=$1 tree=$2 status
	shift 2
	cd "$folder" || exit 1
	mkdir -p "$tree"
	configure "$tree" "$@" >log 2>&1
	check "$name: configuration" "$(grep 'no effect' log; tail -n 3 log)" \
		test "$(grep -c 'no effect' log)" = 0
	"$@" -j"$(nproc)" CC=gcc "${parts[@]}" >log 2>&1
	status=$?
	check "$name: builds with gcc" "$(tail -n 5 log)" test $status = 0
	cp -a "$tree" "$tree.plain"
	sum_host "$tree" >host.plain
	"$@" -j"$(nproc)" CC="$wrapper" "${parts[@]}" >log 2>&1
	status=$?
	check "$name: builds with ksplice-cc" "$(tail -n 5 log)" test $status = 0
	sum_host "$tree" >host
	check "$name: what HOSTCC made" "$(diff host.plain host)" cmp -s host.plain host
	compare_objects "$name" "$tree"
}

# What runs on the building machine, records of it (there must be none) included.
sum_host() {
	(cd "$1" && find scripts tools .ksplice/scripts .ksplice/tools -type f \
		\( -name '*.o' -o -name '*.json.*' -o -perm -u+x \) -exec sha256sum {} + \
		2>/dev/null | sort)
}

extra=()
absolute=$folder/absolute
build_both "O= absolute" "$absolute" make -C "$source" O="$absolute"

# ---- a module of somebody's, in a folder of its own ----------------------------

module=$folder/module
mkdir -p "$module/part"
cat >"$module/Kbuild" <<'KBUILD'
obj-m := ksplice_example.o
ksplice_example-y := main.o part/other.o
KBUILD
cat >"$module/main.c" <<'SOURCE'
#include <linux/module.h>
int other(int x);
static int __init example_init(void) { return other(0); }
module_init(example_init);
MODULE_LICENSE("GPL");
SOURCE
echo 'int other(int x); int other(int x) { return x + __LINE__; }' >"$module/part/other.c"
build_module() {
	make -C "$absolute" M="$module" CC="$1" KBUILD_MODPOST_WARN=1 modules >log 2>&1
}
before=$(find "$absolute/.ksplice" -type f | wc -l)
build_module gcc
check "M=: builds with gcc" "$(tail -n 5 log)" test -s "$module/ksplice_example.ko"
cp -a "$module" "$module.plain"
rm -f "$module/ksplice_example.ko"
build_module "$wrapper"
check "M=: builds with ksplice-cc" "$(tail -n 5 log)" test -s "$module/ksplice_example.ko"
check "M=: identical module" "it differs" \
	cmp -s "$module/ksplice_example.ko" "$module.plain/ksplice_example.ko"
compare_objects "M=" "$module"
check "M=: nothing in the kernel's records" "there is more than before" \
	test "$(find "$absolute/.ksplice" -type f | wc -l)" = "$before"
rm -rf "$absolute" "$absolute.plain"

# ---- elsewhere ------------------------------------------------------------------

build_both "O= relative" "$folder/relative" \
	make -C "$source" O="$(realpath --relative-to="$source" "$folder")/relative"
rm -rf "$folder"/relative*

inside=$folder/inside
cp -al "$source" "$inside" 2>/dev/null || cp -a "$source" "$inside"
parts=(lib/ fs/ext2/)
build_both "in the source tree" "$inside" make -C "$inside"
rm -rf "$inside" "$inside.plain"

if [ -e "$(gcc -print-file-name=plugin)/include/gcc-plugin.h" ]; then
	extra=(CONFIG_GCC_PLUGINS=y CONFIG_GCC_PLUGIN_STACKLEAK=y
		CONFIG_GCC_PLUGIN_LATENT_ENTROPY=y CONFIG_RANDSTRUCT_FULL=y)
	# Without a seed the latent entropy is another one in each compile.
	build_both "the kernel's own plugins" "$folder/plugins" \
		make -C "$source" O="$folder/plugins" KCFLAGS=-frandom-seed=ksplice
	check "the kernel's own plugins: they were used" "none on the command line" \
		grep -q 'fplugin=.*randomize_layout' "$folder/plugins/lib/.kobject.o.cmd"
else
	skip "the kernel's own plugins" "gcc's plugin headers are not installed"
fi
exit "$failed"
