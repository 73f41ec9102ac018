#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_wrong_kernel.sh - an update made for another build of the same source is
# refused, and named as such; memory is unchanged

# shellcheck source-path=SCRIPTDIR source=session.sh
. "$(dirname "$(readlink -f "$0")")/session.sh"

other=$work/other
"$top/tests/kernel/other_build" "$tree" "$other"
patch_loadavg "$work/loadavg.patch"
update=$(create_update "$work/loadavg.patch" "$other")

boot --file "$update" <<'EOS'
modprobe ksplice
kernel_text save /tmp/before
expect_status 2 ksplice-apply ksplice-*.tar.gz
cat /tmp/out
expect_output 'another (build|kernel)|different (build|kernel)|build-?id'
kernel_text compare /tmp/before
[ -z "$(find /sys/kernel/ksplice -mindepth 1 -type d)" ] || fail "an update is in sysfs"
! lsmod | grep -q ksplice_ || fail "its module is loaded"
! grep patched /proc/loadavg
EOS
