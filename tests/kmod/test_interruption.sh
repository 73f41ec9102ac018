#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_interruption.sh - ksplice-apply that is ended by a signal leaves nothing behind;
# what a killed one leaves does not hinder the next one

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

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

# has_tried: the update is loaded and one attempt was made.
has_tried() {
	[ "$(cat /sys/kernel/ksplice/"$id"/attempts 2>/dev/null || echo 0)" -gt 0 ]
}

for signal in INT TERM HUP; do
	ksplice-apply --deadline 60 "$update" >/tmp/out 2>&1 &
	applier=$!
	wait_until has_tried
	# A shell's background job ignores SIGINT until it says otherwise, as this one does.
	kill -$signal $applier
	status=0
	wait $applier || status=$?
	[ $status -gt 128 ] || fail "SIG$signal: exit status $status"
	expect_output interrupted
	! lsmod | grep -q ksplice_ || fail "SIG$signal: the update is still loaded"
	[ -z "$(find /tmp -name 'ksplice-apply.*')" ] || fail "SIG$signal: left a folder"
done
kernel_text compare /tmp/before

ksplice-apply --deadline 60 "$update" >/tmp/out 2>&1 &
applier=$!
wait_until has_tried
kill -KILL $applier
wait $applier || true
kernel_text compare /tmp/before
[ "$(cat /sys/kernel/ksplice/"$id"/state)" = loaded ] || fail "not loaded after a kill"
kill $sleeper
wait $sleeper || true
apply "$update"
expect_status 3 ksplice-apply "$update"
undo "$id"
expect_status 3 ksplice-undo "$id"
kernel_text compare /tmp/before
EOS
