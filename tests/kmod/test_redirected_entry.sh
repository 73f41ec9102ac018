#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_redirected_entry.sh - a function whose calls go elsewhere (kernel livepatch, an
# ftrace direct call) is not replaced, and one that is redirected later is named by
# ksplice-view; a kprobe with a post handler redirects nothing, though it looks so

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

need_options CONFIG_LIVEPATCH
build_modules "$top/tests/kmod/redirect"
patch_loadavg "$work/loadavg.patch"
update=$(create_update "$work/loadavg.patch")

boot --file "$update" --file "$work/redirect/livepatch_loadavg.ko" \
	--file "$work/redirect/direct_call.ko" --file "$work/redirect/post_probe.ko" <<EOS
id=$(name_id "$update")
$(
	cat <<'EOG'
file=ksplice-$id.tar.gz
overridden=/sys/kernel/ksplice/$id/overridden
livepatch=/sys/kernel/livepatch/livepatch_loadavg
address=0x$(awk '$3 == "loadavg_proc_show" { print $1 }' /proc/kallsyms)

remove_livepatch() {
	echo 0 >$livepatch/enabled
	wait_until [ ! -e $livepatch ]
	rmmod livepatch_loadavg
}

expect_overridden() {
	[ "$(cat "$overridden")" = "$1" ] || fail "overridden: $(cat "$overridden")"
}

modprobe ksplice
kernel_text save /tmp/before

insmod livepatch_loadavg.ko
grep -q livepatched /proc/loadavg || fail "the livepatch is not in force"
expect_status 2 ksplice-apply "$file"
expect_output 'vmlinux: loadavg_proc_show: its calls go to klp_ftrace_handler \(livepatch\)'
grep -q livepatched /proc/loadavg || fail "the livepatch is no longer in force"
remove_livepatch

insmod direct_call.ko address=$address
expect_status 2 ksplice-apply "$file"
expect_output 'its calls go to direct_trampoline \[direct_call\] \(direct\)'
rmmod direct_call

insmod post_probe.ko
apply "$file"
grep -q patched /proc/loadavg || fail "not patched"
[ "$(cat /sys/module/post_probe/parameters/hits)" = 1 ] || fail "the kprobe did not fire"
expect_overridden ''
rmmod post_probe

# Afterwards.
insmod livepatch_loadavg.ko
grep -q livepatched /proc/loadavg || fail "the livepatch is not in force"
expect_overridden 'loadavg_proc_show livepatch klp_ftrace_handler'
expect_status 0 ksplice-view "$id"
expect_output 'loadavg_proc_show: livepatch klp_ftrace_handler runs instead'
remove_livepatch
expect_overridden ''
grep -q '^patched' /proc/loadavg || fail "not patched without the livepatch"
insmod direct_call.ko address=$address
expect_overridden 'loadavg_proc_show direct direct_trampoline [direct_call]'
# It may come and go, and so may the update, in any order.
undo "$id"
rmmod direct_call
kernel_text compare /tmp/before
rmmod ksplice
EOG
)
EOS
