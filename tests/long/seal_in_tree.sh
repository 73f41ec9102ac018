#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# seal_in_tree.sh - the seal of a kernel that was built within its source tree
#
#     tests/long/seal_in_tree.sh [OBJTREE]
#
# Builds small.config without O=, seals it, and takes the tree away. With another copy of
# the source, the seal must give the update, byte for byte, that the tree gave. OBJTREE is
# not looked at.
here=$(cd "$(dirname "$0")" && pwd)
# The kernel's folders are large: they belong where kernels are kept.
TMPDIR=${KSPLICE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ksplice}
mkdir -p "$TMPDIR" && export TMPDIR
# shellcheck source=tests/recorder/result_lines.sh
. "$here/../recorder/result_lines.sh"
kernel=$here/../kernel
source=$("$kernel/make_tree" source) || exit 1
cd "$folder" || exit 1
tree=$folder/tree
seal=$folder/kernel.tar.zst
export XDG_CACHE_HOME=$folder/cache SOURCE_DATE_EPOCH=1700000000

cp -a "$source" "$tree"
{
	make -C "$tree" tinyconfig
	cat "$kernel/small.config" >>"$tree/.config"
	make -C "$tree" olddefconfig
	make -C "$tree" -j"$(nproc)" CC="$wrapper"
} >log 2>&1
check "a kernel built in its source tree" "$(tail -n 5 log)" test -s "$tree/vmlinux"

mkdir -p a/kernel b/kernel
cp "$source/kernel/sys.c" a/kernel
sed 's/info->procs = nr_threads;/info->procs = nr_threads + 1;/' a/kernel/sys.c >b/kernel/sys.c
diff -u a/kernel/sys.c b/kernel/sys.c >change.patch

# create OUTPUT ARGUMENTS...
create() {
	local output=$1
	shift
	"$build/bin/ksplice-create" --quiet --patch=change.patch --output="$output" "$@" >out 2>err
}

"$build/bin/ksplice-index" --check "$tree" >out 2>err
check "its index is complete" "$(cat err)" test $? = 0
"$build/bin/ksplice-index" --seal="$seal" "$tree" >out 2>err
check "it is sealed: $(sed "s|$folder/||" out)" "$(cat err)" test -s "$seal"
create from-tree "$tree"
check "an update from the tree" "$(cat err)" test $? = 0
create none --source="$tree" "$seal"
check "a source tree that was built" "$(cat err)" grep -q '\.config: belongs to another build' err
mv "$tree" "$folder/gone"
create none "$seal"
check "no source tree" "$(cat err)" grep -q 'built within its source tree' err

# The source tree is only read.
sum=$(cd "$source" && find . -printf '%P %s %T@\n' | sort | sha256sum)
create from-seal --source="$source" "$seal"
check "an update from the seal" "$(cat err)" test $? = 0
check "the source tree is as it was" "it is not" \
	test "$sum" = "$(cd "$source" && find . -printf '%P %s %T@\n' | sort | sha256sum)"
check "it is the same update" "$(cmp from-tree/*.tar.gz from-seal/*.tar.gz 2>&1)" \
	cmp -s from-tree/*.tar.gz from-seal/*.tar.gz
"$build/bin/ksplice-index" --check --source="$source" "$seal" >out 2>err
check "the seal's index is complete" "$(cat err)" test $? = 0

# Another version of the source: links to the first, but for one header.
cp -as "$source" other
rm other/include/linux/sched.h
{ cat "$source/include/linux/sched.h"; echo '#define KSPLICE_OTHER 1'; } >other/include/linux/sched.h
create none --source=other "$seal"
check "another version of a header" "$? $(cat err)" \
	grep -q 'include/linux/sched.h: is not the file' err
exit "$failed"
