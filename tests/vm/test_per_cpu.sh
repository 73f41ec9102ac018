#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_per_cpu.sh - new per-cpu variables in the running kernel: each processor has its own,
# with the initial value; another part of the update counts in it too; after undo their
# memory is free again

# shellcheck source-path=SCRIPTDIR source=session.sh
. "$(dirname "$(readlink -f "$0")")/session.sh"
need_options CONFIG_SMP
need_modules fs/ext4/ext4

# Modules share 8 KiB of such memory. So the fourth cycle would find no place if it got lost.
make_patch fs/proc/version.c '
	/^static int version_proc_show/i\
DEFINE_PER_CPU(int, version_reads) = 40;\
static DEFINE_PER_CPU_SHARED_ALIGNED(long, version_sums[320]) = { [319] = 2 };\

	/^static int version_proc_show/,/^}/ s/^\treturn 0;/\tint cpu, total = 0;\n\n\tthis_cpu_inc(version_reads);\n\tthis_cpu_add(version_sums[319], 10);\n\tfor_each_possible_cpu(cpu) {\n\t\tseq_printf(m, "cpu%d: %d %d\\n", cpu, per_cpu(version_reads, cpu) >= 40, (int)per_cpu(version_sums[319], cpu) % 10);\n\t\ttotal += per_cpu(version_reads, cpu) - 40;\n\t}\n\tseq_printf(m, "reads: %d\\n", total);\n&/' \
	"$work/image.patch"
make_patch fs/ext4/sysfs.c '
	/^static ssize_t ext4_attr_show(/i DECLARE_PER_CPU(int, version_reads);
	s/^\(\t*\)return sysfs_emit(buf, "supported/\1this_cpu_add(version_reads, 100);\n&/' \
	"$work/module.patch"
cat "$work/image.patch" "$work/module.patch" >"$work/both.patch"
update=$(create_update "$work/both.patch")
id=$(name_id "$update")
cp "$update" "$work/both.tar.gz"

boot --smp 3 --file "$work/both.tar.gz" <<EOS
id=$id
$(
	cat <<'EOG'
modprobe ext4
modprobe ksplice
kernel_text save /tmp/before >/dev/null
features=$(echo /sys/fs/ext4/features/*)
set -- $features
for cycle in 1 2 3 4 5; do
	apply both.tar.gz
	cat /proc/version >/dev/null
	cat /proc/version >/tmp/out
	expect_output '^reads: 2$' '^cpu0: 1 2$' '^cpu1: 1 2$' '^cpu2: 1 2$'
	cat "$1" >/dev/null
	cat /proc/version >/tmp/out
	expect_output '^reads: 103$'
	undo $id
	cat /proc/version >/tmp/out
	expect_not grep reads /tmp/out
	kernel_text compare /tmp/before >/tmp/out || fail "cycle $cycle: $(cat /tmp/out)"
done
EOG
)
EOS
echo "per-cpu variables of two parts, five times"
