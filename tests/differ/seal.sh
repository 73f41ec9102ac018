#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# seal.sh - what is made from a seal, after both trees are gone from where they were
#
# In a mount namespace of its own: the source tree shows up in another folder, and empty
# folders lie over the places where the two trees were. What ksplice-create and
# ksplice-match then make from the seal must be, byte for byte, what they make from the
# object tree.
set -eu

if [ "${KSPLICE_SEAL_INSIDE-}" != 1 ]; then
	KSPLICE_SEAL_INSIDE=1
	export KSPLICE_SEAL_INSIDE
	private=(unshare --mount)
	[ "$(id -u)" = 0 ] || private+=(--map-root-user)
	if ! "${private[@]}" mount -t tmpfs none /mnt 2>/dev/null; then
		echo "the trees cannot be moved out of sight: no mount namespaces here"
		exit 77
	fi
	exec "${private[@]}" "$0" "$@"
fi

top=$(readlink -f "$(dirname "$0")/../..")
bin=$top/${KSPLICE_BUILD:-build}/bin
tree=$(readlink -f "$KSPLICE_TREE")
if [ ! -d "$tree/source/" ]; then
	echo "the kernel was built in its source tree: tests/long/seal_in_tree.sh is for that"
	exit 77
fi
source=$(readlink -f "$tree/source")
work=$(mktemp -d)
trap 'umount "$work/full" 2>/dev/null || true; umount "$work/source"; rm -rf "$work"' EXIT
mkdir "$work"/{a,b,tree,seal,source,tmp,full,other}
export TMPDIR=$work/tmp XDG_CACHE_HOME=$work/cache SOURCE_DATE_EPOCH=1700000000
# shellcheck source=tests/verdict_lines.sh
. "$top/tests/verdict_lines.sh"

# not_ok, and the messages of the last command.
failed_command() {
	not_ok "$@"
	sed 's/^/  /;20q' "$work/err"
}

# patch_with NAME FILE SED...: the diff that the sed commands make of a file
patch_with() {
	local name=$1 file=$2
	shift 2
	rm -rf "$work"/[ab]
	mkdir -p "$work/a/${file%/*}" "$work/b/${file%/*}"
	cp "$source/$file" "$work/a/$file"
	sed "$@" "$source/$file" >"$work/b/$file"
	(cd "$work" && diff -u "a/$file" "b/$file") >"$work/$name.patch" || true
	[ -s "$work/$name.patch" ] || not_ok "nothing changed in $file"
}

# refused NAME STATUS TEXT COMMAND...: the command ends so, its message says so
refused() {
	local name=$1 wanted=$2 text=$3 status=0
	shift 3
	"$@" >"$work/out" 2>"$work/err" || status=$?
	if [ $status = "$wanted" ] && grep -qe "$text" "$work/err"; then
		ok "$name: $(sed -n '1s/^[^:]*: //p' "$work/err" | sed "s|$work/||g")"
	else
		failed_command "$name: exit code $status"
	fi
}

is_empty() {
	[ -z "$(find "$@" -mindepth 1 -print -quit)" ]
}

# create PATCH SEAL SOURCE
create() {
	"$bin/ksplice-create" --quiet --patch="$work/$1.patch" --output="$work/made" \
		--source="$3" "$2"
}

patch_with statement kernel/sys.c 's/info->procs = nr_threads;/info->procs = nr_threads + 1;/'
patch_with quoth kernel/printk/printk.c \
	'/^asmlinkage __visible int _printk/,/^}/s/r = vprintk(fmt, args);/vprintk("Quoth the kernel:\\n", args);\n\t&/'
# __FILE__ is part of it, in a string and in the table of warnings
patch_with warning fs/namei.c \
	'/^static inline int may_lookup(/,/^}/s/^{/{\n\tWARN_ONCE(!nd, "%s", __FILE__);/'
patch_with module drivers/block/loop.c \
	'/^static int loop_set_block_size/,/^}/s/^\tif (lo->lo_state != Lo_bound)/\tpr_info("a block size of %lu\\n", arg);\n&/'
cat "$work"/{statement,quoth,warning,module}.patch >"$work/all.patch"

# ---- sealing -----------------------------------------------------------------

seal=$work/kernel.tar.zst
"$bin/ksplice-index" --seal="$seal" "$tree" >"$work/out" 2>"$work/err" ||
	failed_command "the tree is sealed"
ok "sealed: $(sed "s|$work/||" "$work/out")"
"$bin/ksplice-index" --seal="$work/second.tar" "$tree" >"$work/out" 2>"$work/err" ||
	failed_command "the tree is sealed without compression"
ln "$work/second.tar" "$work/first.tar"
"$bin/ksplice-index" --json --seal="$work/second.tar" "$tree" >"$work/out" 2>"$work/err" ||
	failed_command "an archive that exists is replaced"
if [ "$(jq -r .result "$work/out")" = sealed ] &&
	[ "$(jq .archive_size "$work/out")" = "$(stat -c %s "$work/second.tar")" ]; then
	ok "the answer in JSON"
else
	failed_command "the answer in JSON: $(cat "$work/out")"
fi
if cmp -s "$work/first.tar" "$work/second.tar" &&
	! [ "$work/first.tar" -ef "$work/second.tar" ]; then
	ok "the same tree gives the same archive, which is replaced as a whole"
else
	failed_command "two seals of one tree differ"
fi

refused "an unknown ending" 2 "unknown kind of archive" "$bin/ksplice-index" --seal="$work/kernel.zip" "$tree"
refused "a folder that is not there" 1 "No such file" \
	"$bin/ksplice-index" --seal="$work/missing/kernel.tar" "$tree"
mount -t tmpfs -o size=1m none "$work/full"
refused "a full disk" 1 "No space left" \
	"$bin/ksplice-index" --seal="$work/full/kernel.tar" "$tree"
is_empty "$work/full" || failed_command "left on the full disk: $(ls "$work/full")"
umount "$work/full"
mkdir -p "$work/plain/include/config"
touch "$work/plain/"{vmlinux,Kbuild,include/config/auto.conf}
refused "a tree without records" 2 "not built with ksplice-cc" \
	"$bin/ksplice-index" --seal="$work/plain.tar" "$work/plain"

# A kernel that was built within its source tree, as far as that is looked at.
mkdir -p "$work/one/.ksplice"
cp -r "$work/plain/include" "$work/plain/vmlinux" "$work/one"
echo '{"format": 1, "build_id": "00", "release": "6", "objects": "/a", "source": "/a", "files": []}' \
	>"$work/one/.ksplice/seal.json"
refused "without O=: its source is not there" 2 "is not in this folder" \
	"$bin/ksplice-index" --source="$work/plain" "$work/one"
touch "$work/one/Kbuild"
refused "without O=: a source tree of its own" 2 "is another folder" \
	"$bin/ksplice-index" --source="$work/plain" "$work/one"
# When it has begun to write, and when it has written so many bytes. (A shell's background
# job ignores SIGINT, unless it is told otherwise.)
for least in 0 1 200000 2000000; do
	env --default-signal=INT \
		"$bin/ksplice-index" --seal="$work/full/kernel.tar.xz" "$tree" >/dev/null 2>&1 &
	pid=$!
	while kill -0 $pid 2>/dev/null; do
		written=$(find "$work/full" -type f -printf '%s\n' 2>/dev/null | sort -n | tail -n 1)
		[ -z "$written" ] || [ "$written" -lt $least ] || break
		sleep 0.02
	done
	kill -INT $pid 2>/dev/null || true
	status=0
	wait $pid || status=$?
	[ $status = 130 ] || failed_command "interrupted after $least bytes: exit code $status"
done
if is_empty "$work/full" "$work/tmp"; then
	ok "interrupted, it leaves nothing behind"
else
	failed_command "left behind: $(ls "$work/full" "$work/tmp")"
fi

# ---- what the tree makes, then the tree goes --------------------------------

# The others have to be equal to this one, which is audited.
"$top/tests/create_audited" --quiet --patch="$work/all.patch" --output="$work/tree" "$tree" \
	>/dev/null 2>"$work/err" || failed_command "an update from the tree"
"$bin/ksplice-match" --quiet --output="$work/tree" "$tree" >/dev/null 2>"$work/err" ||
	failed_command "a match from the tree"

rm -f "$work"/{first,second}.tar
mount --bind "$source" "$work/source"
mount -t tmpfs none "$source"
# The object tree may be a folder of the source tree.
mkdir -p "$tree"
mount -t tmpfs none "$tree"
if ! is_empty "$source" "$tree"; then
	not_ok "the trees are still there"
	exit 1
fi

refused "no source tree" 2 "give its folder with --source" \
	"$bin/ksplice-create" -q -p "$work/all.patch" -o "$work/updates" "$seal"
"$bin/ksplice-create" --quiet --patch="$work/all.patch" --output="$work/seal" \
	--source="$work/source" "$seal" >/dev/null 2>"$work/err" ||
	failed_command "an update from the seal"
"$bin/ksplice-match" --quiet --output="$work/seal" --source="$work/source" "$seal" \
	>/dev/null 2>"$work/err" || failed_command "a match from the seal"
count=0
for update in "$work"/tree/*.tar.gz; do
	if cmp "$update" "$work/seal/${update##*/}" 2>"$work/err"; then
		count=$((count + 1))
	else
		failed_command "${update##*/} from the seal is another one"
	fi
done
if [ $count = 2 ]; then
	ok "update and match are byte for byte what the tree gives"
else
	failed_command "$count archives are equal, not 2"
fi

unpacked=$(echo "$work"/cache/ksplice/seal-*)
if [ -d "$unpacked" ]; then
	ok "the seal was unpacked once"
else
	failed_command "unpacked: $unpacked"
fi

# What a later version of the tools would do: index and template are made anew.
rm -rf "$unpacked/.ksplice/index.db" "$unpacked"/.ksplice/template-*
"$bin/ksplice-create" --quiet --patch="$work/all.patch" --output="$work/anew" \
	--source="$work/source" "$seal" >/dev/null 2>"$work/err" ||
	failed_command "index and template made anew"
anew=$(echo "$work"/anew/*.tar.gz)
if cmp "$anew" "$work/tree/${anew##*/}" 2>"$work/err"; then
	ok "index and template made from the seal: the same update"
else
	failed_command "index and template made from the seal: another update"
fi
if "$bin/ksplice-index" --check --source="$work/source" "$seal" >"$work/out" 2>"$work/err"; then
	ok "the index of the seal is complete"
else
	failed_command "the index of the seal"
fi

# ---- other sources -------------------------------------------------------------

# Only what the compile of one unit reads is there, which is all that it needs.
zstd -q -d "$unpacked/.ksplice/dictionary.zst" -o "$work/dictionary"
(cd "$work/source" &&
	zstd -q -d -c -D "$work/dictionary" "$unpacked/.ksplice/kernel/sys.o.json.zst" |
	jq -r '.unit.inputs[]' | sed -n "s|^$source/||p" |
	xargs cp --parents -t "$work/other" Kbuild Makefile)
if create statement "$seal" "$work/other" >"$work/out" 2>"$work/err"; then
	ok "a source tree with just the recorded inputs"
else
	failed_command "a source tree with just the recorded inputs"
fi
printf '#define KSPLICE_OTHER 1\n' >>"$work/other/include/linux/sched.h"
refused "another version of a header" 2 "include/linux/sched.h: is not the file" \
	create statement "$seal" "$work/other"
rm "$work/other/include/linux/sched.h"
refused "a header that is missing" 2 "include/linux/sched.h: was read by the build" \
	create statement "$seal" "$work/other"
refused "a folder that is no source tree" 2 "source tree is not there" \
	create statement "$seal" "$work/tmp"
refused "a source folder that is not there" 1 "No such file" \
	create statement "$seal" "$work/missing"

# ---- damaged seals -------------------------------------------------------------

rm -rf "$work/cache"
mkdir "$work/open"
tar -xf "$seal" -C "$work/open"

# pack: the unpacked seal again, as again.tar, manifest first
pack() {
	(cd "$work/open" && { echo .ksplice/seal.json && find . -type f -printf '%P\n' |
		grep -vx .ksplice/seal.json | LC_ALL=C sort; } |
		tar -cf "$work/again.tar" --no-recursion -T -)
}

head -c 5000000 "$seal" >"$work/short.tar.zst"
refused "a truncated seal" 2 "short.tar.zst is truncated" \
	create statement "$work/short.tar.zst" "$work/source"
pack
if create statement "$work/again.tar" "$work/source" >"$work/out" 2>"$work/err"; then
	ok "a seal that tar packed again, without compression"
else
	failed_command "a seal that tar packed again, without compression"
fi
size=$(stat -c %s "$work/again.tar")
head -c $((size / 2 / 512 * 512)) "$work/again.tar" >"$work/half.tar"
refused "a seal of which half is missing" 2 "half.tar" \
	create statement "$work/half.tar" "$work/source"
# Files that come early, so that little is unpacked in vain.
printf 'X' | dd of="$work/open/.config" bs=1 seek=2000 conv=notrunc 2>/dev/null
pack
refused "a file that was altered" 2 ": .config: was altered" \
	create statement "$work/again.tar" "$work/source"
printf 'X' >>"$work/open/.config"
pack
refused "a file that is longer" 2 ": .config: was altered" \
	create statement "$work/again.tar" "$work/source"
mv "$work/open/.config" "$work/open/.configuration"
pack
refused "a file that was renamed" 2 ": .configuration: does not belong" \
	create statement "$work/again.tar" "$work/source"
rm "$work/open/.configuration"
pack
refused "a file that was removed" 2 ": .config: is missing" \
	create statement "$work/again.tar" "$work/source"
sed -i 's/"format": 1/"format": 4711/' "$work/open/.ksplice/seal.json"
pack
refused "another format version" 2 "seal format 4711" \
	create statement "$work/again.tar" "$work/source"
refused "an unpacked seal of another format version" 2 "seal format 4711" \
	create statement "$work/open" "$work/source"
sed -i 's|"path": "vmlinux"|"path": "../vmlinux"|' "$work/open/.ksplice/seal.json"
sed -i 's/"format": 4711/"format": 1/' "$work/open/.ksplice/seal.json"
pack
refused "a path that leads out of the folder" 2 "invalid list" \
	create statement "$work/again.tar" "$work/source"
tar -cf "$work/none.tar" -C "$work" statement.patch
refused "an archive that is no seal" 2 "not a sealed kernel tree" \
	create statement "$work/none.tar" "$work/source"
refused "a file that is no archive" 2 "not a sealed kernel tree" \
	create statement "$work/statement.patch" "$work/source"

if [ "$(find "$work/cache/ksplice" -mindepth 1 -maxdepth 1 | wc -l)" = 1 ]; then
	ok "of all these only the whole one is unpacked"
else
	failed_command "unpacked: $(ls "$work/cache/ksplice")"
fi
if is_empty "$work/tmp"; then
	ok "nothing is left in TMPDIR"
else
	failed_command "left in TMPDIR: $(ls "$work/tmp")"
fi
exit $failed
