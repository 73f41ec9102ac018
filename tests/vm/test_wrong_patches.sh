#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_wrong_patches.sh - what an update has to bring beside the code of its functions,
# in the running kernel: a WARN, a fault with a fixup and alternative instructions in a
# cold part of new code, a jump label that follows the kernel's key, a static call, a
# string, and a static local that goes on where it was; and all of it undone
#
# The cold part is run by a reader of /proc/version whose name says so.

# shellcheck source-path=SCRIPTDIR source=session.sh
. "$(dirname "$(readlink -f "$0")")/session.sh"

need_options CONFIG_SCHEDSTATS

make_patch fs/proc/version.c '/^static int version_proc_show/,/^}/{
s/^{/{\
	long value;\
/
s/^\treturn 0;/	if (unlikely(!strncmp(current->comm, "cold-", 5))) {\
		pr_warn("version: in the cold part\\n");\
		WARN(!strcmp(current->comm, "cold-warn"), "version: a warning of %s", current->comm);\
		pagefault_disable();\
		if (!strcmp(current->comm, "cold-fault"))\
			__get_kernel_nofault(\&value, (long *)-4096L, long, fault);\
		pagefault_enable();\
		cond_resched();\
		if (rdtsc_ordered())\
			seq_puts(m, "survived\\n");\
	}\
	return 0;\
fault:\
	pagefault_enable();\
	pr_warn("version: a fault with a fixup\\n");\
	seq_puts(m, "fixed up\\n");\
&/
}
s/^#include "internal.h"/#include <linux\/sched.h>\
#include <linux\/string.h>\
#include <linux\/uaccess.h>\
#include <asm\/msr.h>\
&/' "$work/version.patch"
# New code is compiled with the line numbers of the unpatched file, so that nothing changes
# below it: the WARN is the third line from where "return 0;" was.
line=$(($(grep -n -m 1 'return 0;' "$source/fs/proc/version.c" | cut -d: -f1) + 2))
make_patch fs/filesystems.c '/^static int filesystems_proc_show/,/^}/s/"nodev"/"no device"/' \
	"$work/string.patch"
make_patch fs/proc/loadavg.c '/^static int loadavg_proc_show/,/^}/s/^\treturn 0;/	if (static_branch_unlikely(\&sched_schedstats))\
		seq_puts(m, "statistics\\n");\
&/
s/^#include "internal.h"/#include <linux\/jump_label.h>\
&\
extern struct static_key_false sched_schedstats;/' "$work/label.patch"
make_patch fs/drop_caches.c '/^int drop_caches_sysctl_handler/,/^}/s/^\t\tif (!stfu) {/		pr_info("drop_caches: %s\\n", stfu ? "told to be quiet" : "may speak");\
&/' "$work/local.patch"
cat "$work"/{version,string,label,local}.patch >"$work/all.patch"
update=$(create_update "$work/all.patch")

# What runs must be in the cold part, and the tables must have it: or this test tests nothing.
tar -xzf "$update" -C "$work"
module=$(echo "$work"/ksplice-*/*.ko)
listing=$(objdump -d "$module" | sed -n '/<version_proc_show.*cold.*>:/,/^$/p')
for part in ud2 rdtsc; do
	grep -qw "$part" <<<"$listing" || fail "no $part in the cold part of version_proc_show"
done

echo "at [^ ]*fs/proc/version.c:$line version_proc_show" >"$work/warning"
boot --file "$update" --expect-warning "$(cat "$work/warning")" <<'EOS'
update=$(echo ksplice-*.tar.gz)
id=${update#ksplice-}
id=${id%.tar.gz}

# The shell reads /proc/version under the name $1.
read_version_as() {
	sh -c "echo -n $1 >/proc/\$\$/comm
		while read -r line; do echo \"\$line\"; done </proc/version" >/tmp/out
}

# set_key 0|1, and /proc/loadavg has its second line, or not.
set_key() {
	echo "$1" >/proc/sys/kernel/sched_schedstats
	[ "$(grep -c statistics /proc/loadavg)" = "$1" ] || fail "the jump label does not follow its key: $1"
}

quiet_count() {
	dmesg | grep -c 'drop_caches: told to be quiet' || true
}

modprobe ksplice
echo 4 >/proc/sys/vm/drop_caches # be quiet from now on
kernel_text save /tmp/before
messages=$(dmesg | grep -c 'drop_caches: [0-9]' || true)
[ "$messages" = 1 ] || fail "the old code does not speak once: $messages"
set_key_before=$(cat /proc/sys/kernel/sched_schedstats)
echo 1 >/proc/sys/kernel/sched_schedstats

apply "$update"

# a string
grep -q '^no device' /proc/filesystems || fail "the old string"
! grep -q '^nodev' /proc/filesystems || fail "the old string too"

# a jump label whose key is on already when the code comes, and is switched
grep -q statistics /proc/loadavg || fail "the jump label was not set when the update came"
set_key 0
set_key 1
set_key 0

# a static local
echo 1 >/proc/sys/vm/drop_caches
[ "$(quiet_count)" = 1 ] || fail "the static local is not the old one"
[ "$(dmesg | grep -c 'drop_caches: [0-9]')" = 1 ] || fail "new code spoke"

# the cold part: by itself, then with a fault, then with a warning
read_version_as cold-nothing
expect_output '^survived$'
read_version_as cold-fault
expect_output '^fixed up$'
dmesg | grep -q 'version: a fault with a fixup' || fail "the fixup was not run"
read_version_as cold-warn
expect_output '^survived$'
dmesg | grep -q 'version: a warning of cold-warn' || fail "no warning"
# The unwinder found its way out of the cold part.
dmesg | sed -n '/version: a warning/,/end trace/p' >/tmp/trace
! grep -q '? seq_read_iter' /tmp/trace || fail "the stack could not be unwound"
grep -q ' seq_read_iter+' /tmp/trace || fail "no callers in the trace"
read_version_as nobody
! grep -q survived /tmp/out || fail "the cold part runs for everybody"

undo "$id"
echo "$set_key_before" >/proc/sys/kernel/sched_schedstats
kernel_text compare /tmp/before >/tmp/out || fail "undone: $(cat /tmp/out)"
grep -q '^nodev' /proc/filesystems || fail "the new string after undo"
read_version_as cold-warn
! grep -q survived /tmp/out || fail "the new code after undo"
echo 1 >/proc/sys/vm/drop_caches
[ "$(dmesg | grep -c 'drop_caches: [0-9]')" = 1 ] || fail "the static local after undo"
echo "all of it came, and went"
EOS
