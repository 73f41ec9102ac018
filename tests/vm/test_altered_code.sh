#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_altered_code.sh - a function whose bytes in memory are not as linked, here
# because of a kprobe in its middle, is refused with the place; without it, it works

# shellcheck source-path=SCRIPTDIR source=session.sh
. "$(dirname "$(readlink -f "$0")")/session.sh"

patch_loadavg "$work/loadavg.patch"
update=$(create_update "$work/loadavg.patch")

# The offset of an instruction well inside the function, and nothing that the
# kernel rewrites itself: a move between registers.
listing=$(objdump -d --disassemble=loadavg_proc_show "$tree/vmlinux")
start=0x$(sed -n 's/^\([0-9a-f]*\) <loadavg_proc_show>:$/\1/p' <<<"$listing")
offset=
while [ -z "$offset" ] && read -r address; do
	[ $((address - start)) -le 24 ] || offset=$(printf '0x%x' $((address - start)))
done < <(sed -nE 's/^([0-9a-f]+):.*\tmov +%r[a-z0-9]+,%r[a-z0-9]+$/0x\1/p' <<<"$listing")
[ -n "$offset" ] || fail "no instruction to put the kprobe on"
echo "$offset" >"$work/offset"

boot --file "$update" --file "$work/offset" <<'EOS'
offset=$(cat offset)
modprobe ksplice
# It would turn the breakpoint into a jump at a time of its own.
echo 0 >/proc/sys/debug/kprobes-optimization
cd /sys/kernel/tracing
echo "p:middle loadavg_proc_show+$offset" >kprobe_events
echo 1 >events/kprobes/middle/enable
cd /root
kernel_text save /tmp/before
expect_status 2 ksplice-apply ksplice-*.tar.gz
cat /tmp/out
expect_output "loadavg_proc_show\+$offset" 'kprobe|breakpoint|int3'
kernel_text compare /tmp/before
# And by the core where nobody checks before it.
tar -xzf ksplice-*.tar.gz -C /tmp
expect_status 2 ask_core /tmp/ksplice-*/ksplice-*.ko
expect_output '^module: ' "loadavg_proc_show\+$offset" 'kprobe'
kernel_text compare /tmp/before
expect_not grep patched /proc/loadavg

echo 0 >/sys/kernel/tracing/events/kprobes/middle/enable
echo >/sys/kernel/tracing/kprobe_events
apply ksplice-*.tar.gz
grep patched /proc/loadavg
EOS
