#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_header.sh - patches of headers, in the running kernel: a macro, which changes few of
# the files that read it; an inline function, which is in many functions of several files;
# undo puts back every byte

# shellcheck source-path=SCRIPTDIR source=session.sh
. "$(dirname "$(readlink -f "$0")")/session.sh"

make_patch include/linux/sched/loadavg.h \
	's/^#define LOAD_INT(x) ((x) >> FSHIFT)/#define LOAD_INT(x) (((x) >> FSHIFT) + 700)/' \
	"$work/macro.patch"
macro=$(create_update "$work/macro.patch")
make_patch fs/proc/internal.h \
	'/^static inline struct pid \*proc_pid/,/^}/ s/^{/{\n\tif (inode->i_ino == 1 \&\& inode->i_nlink == 47)\n\t\treturn NULL;/' \
	"$work/inline.patch"
inline=$(create_update "$work/inline.patch")
tar -xzf "$inline" -C "$work"
count=$(jq '[.targets[].functions[]?] | length' "$work/ksplice-$(name_id "$inline")/manifest.json")
[ "$count" -gt 20 ] || fail "the inline function is in $count functions only"

cp "$macro" "$work/macro.tar.gz"
cp "$inline" "$work/inline.tar.gz"
boot --file "$work/macro.tar.gz" --file "$work/inline.tar.gz" \
	--append "macro=$(name_id "$macro") inline=$(name_id "$inline")" <<'EOS'
macro=$(sed 's/.*macro=\([^ ]*\).*/\1/' /proc/cmdline)
inline=$(sed 's/.*inline=\([^ ]*\).*/\1/' /proc/cmdline)
modprobe ksplice
kernel_text save /tmp/before >/dev/null
cp /proc/self/status /tmp/out
expect_output '^Pid:'
apply macro.tar.gz
cp /proc/loadavg /tmp/out
expect_output '^7[0-9][0-9]\.'
apply inline.tar.gz
cp /proc/self/status /tmp/out
expect_output '^Pid:'
ls /proc/self/ns >/tmp/out
expect_output '^pid$'
undo "$macro"
cp /proc/loadavg /tmp/out
expect_not grep -E '^7[0-9][0-9]\.' /tmp/out
undo "$inline"
cp /proc/self/status /tmp/out
expect_output '^Pid:'
kernel_text compare /tmp/before
EOS
echo "a macro, and an inline function that is in $count functions"
