#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_fault_injection.sh - each allocation of each step of an update's life fails once, from
# the opening of /dev/ksplice to the unloading of the module (tests/vm/guest/fault_steps.c):
# text, constants, reference counts and sysfs are as before each time, and nothing that the
# core or an update has allocated is left at the end
#
# Of the load, which is mostly the kernel's own, each ninth allocation; FAULT_STRIDE=1: all.

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

need_options CONFIG_FAILSLAB CONFIG_FAIL_PAGE_ALLOC CONFIG_FAULT_INJECTION_DEBUG_FS CONFIG_SLUB_DEBUG

# A function, a constant that is changed in place, hooks and a shadow variable.
cp "$top/docs/examples/added-field.patch" "$work/update.patch"
patch_loadavg "$work/loadavg.patch"
make_patch fs/proc/base.c \
	'/^static const struct pid_entry tgid_base_stuff/,/^};/ s/ONE("status",\( *\)S_IRUGO/ONE("status",\1S_IRUSR/' \
	"$work/constant.patch"
cat "$work/loadavg.patch" "$work/constant.patch" >>"$work/update.patch"
update=$(create_update "$work/update.patch")

# SLUB notes who allocated each object.
boot --append "slub_debug=U log_buf_len=8M" --timeout 1800 --file "$update" \
	--file "$top/tests/vm/console_reports" <<EOS
id=$(name_id "$update")
stride=${FAULT_STRIDE:-9}
$(
	cat <<'EOG'
mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null || true
for kind in failslab fail_page_alloc; do
	echo 0 >/sys/kernel/debug/$kind/verbose
	echo N >/sys/kernel/debug/$kind/ignore-gfp-wait
done
echo N >/sys/kernel/debug/fail_page_alloc/ignore-gfp-highmem
echo 0 >/sys/kernel/debug/fail_page_alloc/min-order

# Where vmalloc fails, the kernel says so with a trace, which the console must not have. All
# else that it says is held against the same patterns here.
echo N >/sys/module/printk/parameters/ignore_loglevel
dmesg -n 1
cat /dev/kmsg >/tmp/kmsg &
log=$!
check_log() {
	echo 'the end of the log' >/dev/kmsg
	# cat ends where something was overwritten before it was read.
	wait_until grep -q 'the end of the log' /tmp/kmsg
	kill -0 $log || fail "the log is not whole"
	sed 's/^[^;]*;//' /tmp/kmsg | awk '
		/vmalloc error|page allocation failure/ { is_trace = 1 }
		!is_trace { print }
		/pages reserved/ { is_trace = 0 }' >/tmp/said
	grep -v '^#' console_reports >/tmp/patterns
	if grep -E -f /tmp/patterns /tmp/said >/dev/null; then
		grep -E -B 3 -A 25 -f /tmp/patterns /tmp/said | head -n 60
		fail "the kernel reported a problem"
	fi
	grep -q 'ksplice: .*out of memory' /tmp/said || fail "no allocation failed"
}

# What code of the core and of updates has allocated and not freed, by caller: objects of
# slabs, and areas of vmalloc.
list_memory() {
	sed -nE 's/^ *([0-9]+ [^ ]+ \[ksplice[^ ]*\]).*/\1/p' /sys/kernel/debug/slab/*/alloc_traces | sort
	grep -oE '[a-z_]+\+[^ ]* \[ksplice[^ ]*\]' /proc/vmallocinfo | sort || true
	echo "$(grep -cE 'load_module|module_alloc|move_module' /proc/vmallocinfo) areas of modules"
}

# settle_memory FILE: the list, when what waits to be freed together with others (kfree_rcu:
# 5 s) has gone.
settle_memory() {
	local tries=20
	list_memory >$1
	while :; do
		sleep 8
		list_memory >/tmp/next
		! cmp -s $1 /tmp/next || return 0
		mv /tmp/next $1
		tries=$((tries - 1))
		[ $tries -gt 0 ] || fail "memory changes all the time"
	done
}

# is_settled FILE: what there is now is what is in the file.
is_settled() {
	list_memory >/tmp/after
	cmp -s $1 /tmp/after
}

modprobe ksplice
tar -xzf ksplice-$id.tar.gz
# What is made once, and kept.
apply ksplice-$id.tar.gz
settle_memory /tmp/applied
grep -q '[0-9] .*\[ksplice\]' /tmp/applied || fail "nobody notes who allocates: $(cat /tmp/applied)"
undo $id
settle_memory /tmp/before
kernel_text save /tmp/text
fault_steps ksplice-$id/ksplice-$id-vmlinux.ko $id $stride || fail "see above"
kernel_text compare /tmp/text
check_log
kill $log
tries=60
until is_settled /tmp/before; do
	tries=$((tries - 1))
	[ $tries -gt 0 ] || fail "not freed: $(diff /tmp/before /tmp/after)"
	sleep 1
done
apply ksplice-$id.tar.gz
undo $id
rmmod ksplice
EOG
)
EOS
