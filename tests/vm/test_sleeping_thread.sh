#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_sleeping_thread.sh - while a thread sleeps inside the function that is to be
# replaced, apply gives up after its deadline and says who it is; memory is
# unchanged; when the thread has left, the same update goes in

# shellcheck source-path=SCRIPTDIR source=session.sh
. "$(dirname "$(readlink -f "$0")")/session.sh"

patch_nanosleep "$work/nanosleep.patch"
update=$(create_update "$work/nanosleep.patch")

boot --file "$update" <<'EOS'
update=$(echo ksplice-*.tar.gz)
id=${update#ksplice-}
id=${id%.tar.gz}
modprobe ksplice
kernel_text save /tmp/before
sleep 1000 &
sleeper=$!
wait_until grep -q '^State:.S' /proc/$sleeper/status

start=$(cut -d. -f1 /proc/uptime)
expect_status 4 ksplice-apply --deadline 2 "$update"
took=$(($(cut -d. -f1 /proc/uptime) - start))
cat /tmp/out
expect_output hrtimer_nanosleep sleep "(^|[^0-9])$sleeper([^0-9]|$)"
expect_output 'gave up after 2 s and [0-9]+ attempts'
[ $took -ge 2 ] || fail "a deadline of 2 s took $took s"
kernel_text compare /tmp/before
! lsmod | grep -q ksplice_ || fail "its module is still loaded"

kill $sleeper
wait $sleeper || true
apply "$update"
sleep 0.1
dmesg | grep 'new hrtimer_nanosleep' || fail "the new function is not called"

# The same for undo: a thread in the new code.
sleep 1000 &
sleeper=$!
wait_until grep -q '^State:.S' /proc/$sleeper/status
expect_status 4 ksplice-undo --deadline 2 "$id"
cat /tmp/out
expect_output sleep "(^|[^0-9])$sleeper([^0-9]|$)"
[ "$(cat /sys/kernel/ksplice/$id/state)" = applied ] || fail "no longer applied"
kill $sleeper
wait $sleeper || true
undo "$id"
kernel_text compare /tmp/before
EOS
