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
edit kernel/exit.c '/^SYSCALL_DEFINE5(waitid/,/^}/s/^\tif (!infop)/\tif (err == 4711)\n\t\treturn -EINVAL;\n&/'
edit kernel/fork.c '/^pid_t kernel_clone/,/^}/s/^\twake_up_new_task(p);/\tWARN_ON_ONCE(nr == 4711);\n&/'
new_code='static unsigned long ksplice_count = 7;
static const char *const ksplice_words[] = { "one", "two", "three" };
static noinline const char *ksplice_word(unsigned long n)
{
	static int last;

	WARN_ON_ONCE(n > 4711);
	last++;
	return ksplice_words[(n + last + ksplice_count++) % 3];
}
'
use_new='s/info->procs = nr_threads;/&\n\tpr_warn("%s\\n", ksplice_word(info->procs));/'
edit kernel/sys.c -e "/^static int do_sysinfo/i\\
${new_code//$'\n'/\\$'\n'}" -e "$use_new"
# A part of its own (.cold) with a BUG entry.
edit kernel/sched/core.c '/^int sched_cpu_dying/,/^}/s/^\tsched_tick_stop(cpu);/&\n\tif (cpu == 4711)\n\t\tpr_info("never %u\\n", cpu);/'
edit fs/pipe.c -e 's/\.llseek\t.*= no_llseek/.llseek\t\t= noop_llseek/' \
	-e '/^pipe_release/,/^}/s/^\t__pipe_lock(pipe);/\tif (!pipe)\n\t\treturn -EINVAL;\n&/' \
	-e '/^struct pipe_inode_info \*get_pipe_info/,/^}/s/|| !pipe)/|| !pipe || pipe == current->journal_info)/'
create every

damaged '__do_sys_waitid\+0x5: is not the byte that post has' flip __do_sys_waitid 5
damaged 'is not the byte that post has' flip .altinstr_replacement -1
damaged 'ksplice_count\+0x0: is not the byte' flip ksplice_count 0
lost __bug_table 12
damaged 'sched_cpu_dying.cold\+0x[0-9a-f]+: entry of __bug_table is missing' drop __bug_table 24
lost __ex_table 12
lost __jump_table 16
lost .altinstructions 12
lost .static_call_sites 8
lost .smp_locks 4
lost .return_sites 4
lost __mcount_loc 8
lost .orc_unwind_ip 4 / drop .orc_unwind 6
damaged 'entry of .orc_unwind_ip is not post' flip .orc_unwind -1
damaged 'entry of __bug_table is not post' flip __bug_table -1
damaged 'an entry of __ex_table that post does not have' addend __ex_table 0 1
damaged '__ex_table\+0x[0-9a-f]+: leads to' addend __ex_table 1 1
damaged 'leads to the kernel.s si_swapinfo' redirect :si_meminfo :si_swapinfo
damaged 'leads to .*not to si_meminfo' place :si_meminfo
damaged 'is not on the list of symbols' place :si_meminfo
damaged 'not to the kernel.s own pipe_release, whose address stays' \
	redirect :pipe_release pipe_release
damaged 'not to the kernel.s own, which is changed in place' \
	redirect :pipefifo_fops pipefifo_fops
# The layout of struct ksplice_hunk in abi/update.h.
hunk=56 address=8 kind=24 size=28 jump=32 bytes=40 sites=48
damaged 'the target has no such symbol' add .ksplice.hunks $address 16
damaged 'has a hunk of unknown kind' add .ksplice.hunks $kind 100
damaged 'its hunk has [0-9]+ bytes, and the target' add .ksplice.hunks $size -1
damaged 'the jump is at' add .ksplice.hunks $jump 1
damaged 'the old content of its hunk is not' add .ksplice.hunks $bytes 1
# The hunk of the constant: its sites are its pointers, its kind is 3.
objcopy --dump-section .ksplice.hunks="$work/hunks" "$work"/every/ksplice-*/*.ko /dev/null
constant=$((hunk * $(od -An -v -tu4 -w$hunk "$work/hunks" |
	awk -v field=$((kind / 4 + 1)) '$field == 3 { print NR - 1 }')))
for_section "$tree/vmlinux" .rela.text \
	damaged 'pipefifo_fops\+0x[0-9a-f]+: moves with the kernel, and no site' \
	add .ksplice.hunks $((constant + sites)) -1
damaged 'pipefifo_fops: differs after the patch, and the update does not have it' \
	add .ksplice.hunks $((constant + kind)) -1
damaged 'pipefifo_fops: was copied, and .* goes on to use' \
	add .ksplice.hunks $((constant + kind)) -1 / redirect :pipefifo_fops pipefifo_fops

# A module: places are sections and offsets, and the loader relocates the old code.
audit_module() {
	edit fs/ext4/sysfs.c '/^static ssize_t ext4_attr_show(/,/^}/s/^\tswitch (a->attr_id) {/\tpr_info("ext4: %p\\n", ptr);\n&/'
	create module
	whole=module
	build_id=72 site=16 # of struct ksplice_target, struct ksplice_site
	damaged 'target ext4: the tree has no such one, or with another build-id' \
		add .ksplice.targets $build_id 1
	damaged 'its table of parts is not that of the manifest' add .ksplice.parts $build_id 1
	damaged 'its table of parts is not that of the manifest' add .ksplice.update 124 1
	damaged 'the target has no such symbol' add .ksplice.hunks $address 16
	damaged 'the old content of its hunk is not' add .ksplice.hunks $bytes -1
	damaged 'the loader relocates it, and no site says how' add .ksplice.sites $site 1
	damaged 'leads to the kernel.s sysfs_emit' redirect :_printk :sysfs_emit
	whole=every
}
if [ -e "$tree/fs/ext4/ext4.ko" ]; then
	audit_module
else
	echo "skip a module: the kernel does not have ext4 as one"
fi

# What the module loader knows by the name of its section.
edit kernel/time/hrtimer.c -e '/^#include <linux\/hrtimer.h>/a #include <linux/kprobes.h>' \
	-e '/^static int __sched do_nanosleep(/i static DEFINE_PER_CPU(int, nanosleep_count);' \
	-e '/^static int __sched do_nanosleep(/i static noinline __kprobes void nanosleep_quiet(void) { this_cpu_inc(nanosleep_count); }' \
	-e '/^static int __sched do_nanosleep(/,/^}/s/^\tstruct restart_block \*restart;/&\n\n\tnanosleep_quiet();/'
create sections

# renamed OLD NEW WANTED: the section OLD of the update has another name
renamed() {
	rm -rf "$work/damaged"
	cp -r "$work"/sections/ksplice-* "$work/damaged"
	objcopy --rename-section "$1=$2" "$work"/damaged/*.ko
	audit "$work/damaged" "$work/sections" "$3" "$1 is $2: $3"
}
for_section "$work/sections/post/kernel/time/hrtimer.o" .data..percpu.ksplice_split.nanosleep_count \
	renamed .data..percpu .data.other 'nanosleep_count: is in .data.other, and in post in .data..percpu'
renamed .kprobes.text .text.other 'nanosleep_quiet: is in .text.other, and in post in .kprobes.text'
renamed .text .kprobes.text 'do_nanosleep: is in .kprobes.text, and in post in .sched.text'

# exchanged NAME FROM FILE TO WANTED: FILE of the kept objects FROM stands in for TO
exchanged() {
	rm -rf "$work/exchanged"
	cp -r "$work/every" "$work/exchanged"
	cp "$work/$2/$3" "$work/exchanged/$4"
	cp "$work/$2/$3.json" "$work/exchanged/$4.json"
	audit "$work"/every/ksplice-* "$work/exchanged" "$5" "$1: $5"
}
new_code=${new_code/= 7/= 8}
edit kernel/sys.c -e "/^static int do_sysinfo/i\\
${new_code//$'\n'/\\$'\n'}" -e "$use_new" -e '/^SYSCALL_DEFINE1(umask/,/^}/s/S_IRWXUGO/S_IRWXU/'
create other
exchanged 'a function that changed is left out' other post/kernel/sys.o post/kernel/sys.o \
	'umask: differs after the patch, and the update does not have it'
exchanged 'a variable that the kernel has' every post/kernel/sys.o pre/kernel/sys.o \
	'ksplice_count: state was duplicated'
exchanged 'a variable in use whose initial value changes' other post/kernel/sys.o \
	pre/kernel/sys.o 'ksplice_count: its initial value differs after the patch'
rm -rf "$work/damaged"
cp -r "$work"/every/ksplice-* "$work/damaged"
sed -i 's/"kernel_clone"/"kernel_cloned"/' "$work/damaged/manifest.json"
audit "$work/damaged" "$work/every" 'kernel_cloned: the manifest promises it'

exit $failed
