#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# create_answers.sh - what ksplice-create says to patches of a real kernel tree
#
# Each case edits a copy of one source file and gives the diff to ksplice-create. The
# answer is "created" with the functions that are replaced, "no-change", or the reason of
# the refusal. Afterwards both trees and the temporary folder must be as they were.
# shellcheck source=tests/differ/create_checks.sh
. "$(dirname "$0")/create_checks.sh"
use_tree "$KSPLICE_TREE"

# the index and the template are made once; they are the one thing that create may write
patch_with fs/proc/loadavg.c '/^static int loadavg_proc_show(/,/^}/s/^\tseq_printf(/\tseq_puts(m, "patched ");\n&/'
answer "a changed statement" "created loadavg_proc_show"
list_trees >"$work/before"

# __LINE__ is in nearly every one of these files; the lines must not matter
for file in kernel/printk/printk.c kernel/sched/core.c kernel/fork.c mm/slub.c fs/namei.c \
	net/ipv4/tcp_input.c kernel/workqueue.c mm/page_alloc.c net/core/dev.c; do
	patch_with "$file" '1i\
'
	answer "a blank line on top of $file" no-change
done
patch_with kernel/fork.c '0,/^static /s//\/* a\n * comment\n *\/\nstatic /'
answer "a comment in front of a function" no-change

patch_with kernel/printk/printk.c \
	'/^asmlinkage __visible int _printk/,/^}/s/r = vprintk(fmt, args);/vprintk("Quoth the kernel:\\n", args);\n\t&/'
answer "the worked example" "created _printk"

patch_with kernel/sched/sched.h '1i\
/* comment */'
answer "a comment in a header" no-change
patch_with kernel/Makefile '1i\
# comment'
answer "a Makefile" build-file
patch_with init/Kconfig '1i\
# comment'
answer "a Kconfig file, in which no option changes" no-change
patch_with arch/x86/entry/entry_64.S '1i\
.byte 0'
answer "assembler source" assembly
patch_with arch/x86/kernel/vmlinux.lds.S 's/^\t_etext = \./& + 0/'
answer "a linker script" assembly
patch_with kernel/bounds.c '1i\
int ksplice_added = 1;'
answer "a file from which headers are generated" generated-input
patch_with fs/ext4/inode.c '1i\
/* comment */'
answer "a comment in a file of a module" no-change
patch_with fs/ubifs/super.c '1i\
/* comment */'
answer "a file that is not built" no-change
patch_with init/main.c 's/pr_notice("Kernel command line/pr_notice("Kernel Command line/'
answer "a function of the boot" init-function
patch_with kernel/sys.c 's/^int overflowuid = .*/int overflowuid = 4711;/'
answer "the initial value of a live variable" changed-data
patch_with kernel/sys.c 's/^EXPORT_SYMBOL(overflowgid);/&\nEXPORT_SYMBOL_GPL(uts_sem);/'
answer "a new export" export
patch_with kernel/panic.c 's/^core_param(panic, .*/&\ncore_param(panic_too, panic_timeout, int, 0644);/'
answer "a new parameter" module-parameter
patch_with kernel/sys.c 's/info->procs = nr_threads;/info->procs = no_such_function();/'
sed -i 's/no_such_function()/ksplice_no_such_function()/' "$work/fix.patch"
cp "$work/fix.patch" "$work/undeclared.patch"

status=0
"$create" -q -p "$work/undeclared.patch" -o "$work/out" "$tree" >"$work/json" \
	2>"$work/err" || status=$?
if [ $status = 1 ] && grep -q 'implicit declaration' "$work/err"; then
	ok "a patch that does not compile shows what the compiler says"
else
	not_ok "a patch that does not compile (status $status)"
	sed 's/^/  /' "$work/err"
fi

patch_with kernel/sys.c 's/info->procs = nr_threads;/info->procs = nr_threads + 1;/'
sed -i 's/^ \(.*\)mem_total/ \1mem_totally/' "$work/fix.patch"
sed -i 's/^-\t\?info->procs = nr_threads/-info->procs = other/; s/^-.*nr_threads;/-\tother;/' \
	"$work/fix.patch"
answer "a patch that does not apply" patch-does-not-apply
printf -- '--- /dev/null\n+++ b/kernel/no-such-folder/new.c\n@@ -0,0 +1 @@\n+int x;\n' >"$work/fix.patch"
answer "a patch that makes a file in a folder that does not exist" new-file

# interrupted at several places, nothing is left behind
patch_with kernel/sched/core.c 's/^void resched_curr(struct rq \*rq)/void resched_curr(struct rq *rq)\n/'
for delay in 0.05 0.3 1 2; do
	"$create" -q -p "$work/fix.patch" -o "$work/out" "$tree" >/dev/null 2>&1 &
	pid=$!
	sleep "$delay"
	kill -TERM $pid 2>/dev/null || true
	wait $pid || true
done
check_untouched "all of it" "$work/before"
exit "$failed"
