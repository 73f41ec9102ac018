#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_wrong_kernel.sh - an update made for another build of the same source is
# refused, and named as such, by ksplice-apply and by ksplice.ko itself; memory is
# unchanged

# shellcheck source-path=SCRIPTDIR source=session.sh
. "$(dirname "$(readlink -f "$0")")/session.sh"

other=$work/other
"$top/tests/kernel/other_build" "$tree" "$other"
patch_loadavg "$work/loadavg.patch"
update=$(create_update "$work/loadavg.patch" "$other")

# The same with the running kernel's build-id in its manifest, which nobody signs.
mkdir "$work/lie"
tar -xzf "$update" -C "$work/lie"
running=$(readelf -n "$tree/vmlinux" | sed -n 's/^ *Build ID: //p' | head -n 1)
other_id=$(jq -r '.targets[0].build_id' "$work"/lie/ksplice-*/manifest.json)
[ "$other_id" != "$running" ] || fail "the other build has the same build-id"
sed -i "s/$other_id/$running/" "$work"/lie/ksplice-*/manifest.json
tar -czf "$work/lie.tar.gz" -C "$work/lie" .

boot --file "$update" --file "$work/lie.tar.gz" <<'EOS'
expect_unchanged() {
	kernel_text compare /tmp/before
	[ -z "$(find /sys/kernel/ksplice -mindepth 1 -type d)" ] || fail "an update is in sysfs"
	expect_not grep '^ksplice_' /proc/modules
	expect_not grep patched /proc/loadavg
}

modprobe ksplice
kernel_text save /tmp/before
expect_status 2 ksplice-apply ksplice-*.tar.gz
cat /tmp/out
expect_output 'made for kernel .* with build-id .*; the running kernel is .* with build-id'
expect_unchanged

# The core, when ksplice-apply is lied to, and when it is not there.
expect_status 2 ksplice-apply lie.tar.gz
cat /tmp/out
expect_output 'symbol list: made for vmlinux with build-id'
expect_unchanged
tar -xzf ksplice-*.tar.gz -C /tmp
expect_status 2 ask_core /tmp/ksplice-*/ksplice-*.ko
cat /tmp/out
expect_output '^list: ' '^symbol list: made for vmlinux with build-id'
expect_unchanged
EOS
