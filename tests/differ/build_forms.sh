#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# build_forms.sh - ksplice-create gives the same answers however the kernel was built
#
#     tests/differ/build_forms.sh [OBJTREE]
#
# The forms are those of tests/kernel/make_tree: in the source tree, and O= with a relative
# and an absolute path. They differ in the paths that the compiler sees, and __FILE__ is
# such a path. small.config is built in each form, once; then come the same patches, also
# to a copy of the object tree. A module that M= builds outside of the kernel is refused by
# name. OBJTREE is not used.
# shellcheck source=tests/differ/create_checks.sh
. "$(dirname "$0")/create_checks.sh"

# The files of a blank line: with headers beside them ("sched.h"), above them
# ("../workqueue_internal.h"), in a folder below; with WARN in such a header, whose
# __FILE__ is in a table; and .c files that another .c includes.
blank_files=(kernel/fork.c kernel/sched/core.c kernel/sched/rt.c kernel/sched/cputime.c
	fs/namei.c drivers/base/core.c block/blk-mq.c arch/x86/kernel/traps.c)

# For the absolute form, which is that of the test kernel, patch_answers.sh has most of them.
absolute_files=(kernel/fork.c kernel/sched/rt.c arch/x86/kernel/traps.c)

# check_form NAME BLANK-FILE...: the patches, on $tree.
check_form() {
	local file
	patch_with kernel/sys.c 's/info->procs = nr_threads;/info->procs = nr_threads + 1;/'
	answer "$1: a changed statement" "created $sysinfo"
	list_trees >"$work/before"
	for file in "${@:2}"; do
		patch_with "$file" '1i\
'
		answer "$1: a blank line on top of $file" no-change
	done
	patch_with kernel/softirq.c '/^static inline bool lockdep_softirq_start/,/^}/s/bool in_hardirq = false;/bool in_hardirq = 0;/'
	answer "$1: a change between #ifdef and #endif that is not compiled" no-change
	patch_with kernel/sched/core.c '/^SYSCALL_DEFINE1(sched_get_priority_max,/,/^}/s/ret = -EINVAL/ret = -ENOSYS/'
	answer "$1: a file with headers above it" "created __x64_sys_sched_get_priority_max"
	patch_with kernel/sched/rt.c '/^static unsigned int get_rr_interval_rt(/,/^}/s/return sched_rr_timeslice;/return sched_rr_timeslice + 1;/'
	answer "$1: a .c file that another one includes" "created get_rr_interval_rt"
	patch_with arch/x86/kernel/process.c '/^int get_tsc_mode(/,/^}/s/val = PR_TSC_ENABLE;/val = PR_TSC_ENABLE + 2;/'
	answer "$1: a file of arch/x86" "created get_tsc_mode"
	patch_with fs/ext2/inode.c 's/"Read failure, inode=/"Reading failed, inode=/'
	answer "$1: a file of a module" "created ext2_free_branches"
	patch_with kernel/sys.c 's/^int overflowuid = .*/int overflowuid = 4711;/'
	answer "$1: the initial value of a live variable" changed-data
	patch_with kernel/sched/sched.h '1i\
/* comment */'
	answer "$1: a comment in a header" no-change
	check_untouched "$1" "$work/before"
}

# check_copy NAME: the object tree in another folder is read there, and not where it was.
check_copy() {
	local copy=$work/copy header=include/generated/autoconf.h
	rm -rf "$copy"
	# Links are enough, but for what is written.
	cp -al "$tree" "$copy" 2>/dev/null || {
		rm -rf "$copy"
		cp -a "$tree" "$copy"
	}
	rm -rf "$copy/.ksplice" "${copy:?}/$header"
	cp -a "$tree/.ksplice" "$copy"
	cp -a "$tree/$header" "$copy/$header"
	rm -f "$copy"/.ksplice/index.db*
	patch_with kernel/sys.c 's/info->procs = nr_threads;/info->procs = nr_threads + 1;/'
	answer "$1: a copy of the tree" "created $sysinfo" "$copy"
	echo '#define KSPLICE_OTHER 1' >>"$copy/$header"
	answer "$1: a copy with another header" other-source "$copy"
}

for form in in-tree relative absolute; do
	small=$("$top/tests/kernel/make_tree" recorded --config small --form "$form" 2>"$work/log") || {
		cat "$work/log"
		not_ok "$form: the kernel builds"
		continue
	}
	use_tree "$small"
	files=("${blank_files[@]}")
	[ $form != absolute ] || files=("${absolute_files[@]}")
	check_form "$form" "${files[@]}"
	check_copy "$form"
done

# ---- M=: a module in a folder of its own ------------------------------------------

module=$work/module
mkdir -p "$module"
echo 'obj-m := ksplice_example.o' >"$module/Kbuild"
cat >"$module/ksplice_example.c" <<'SOURCE'
#include <linux/module.h>
static int example_level = 3;
static int __init example_init(void) { return example_level < 0; }
module_init(example_init);
MODULE_LICENSE("GPL");
SOURCE
make -C "$tree" M="$module" CC="$top/build/bin/ksplice-cc" KBUILD_MODPOST_WARN=1 modules \
	>"$work/log" 2>&1 || {
	tail -n 5 "$work/log"
	not_ok "M=: the module builds"
}
if [ -e "$module/.ksplice/ksplice_example.o.json.zst" ]; then
	ok "M=: the module has its record"
else
	not_ok "M=: the module has no record"
fi
source=$module
patch_with ksplice_example.c 's/level < 0/level < 1/'
answer "M=: the module's folder" no-object-tree "$module"
exit $failed
