#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_harness.sh - the harness itself: whatever goes wrong in a guest is noticed
# shellcheck source-path=SCRIPTDIR source=session.sh
. "$(dirname "$(readlink -f "$0")")/session.sh"

build_modules "$here/fault"
fault=$work/fault/fault.ko
consoles=$work/consoles
mkdir "$consoles"

# expect NAME STATUS PATTERN [OPTION...]: the guest script on stdin ends run with
# STATUS, and PATTERN is in what run says.
expect() {
	local name=$1 expected=$2 pattern=$3 status=0
	shift 3
	boot --keep-console "$consoles/$name" "$@" >"$work/out" 2>&1 || status=$?
	[ "$status" = "$expected" ] || {
		cat "$work/out"
		fail "$name: status $status instead of $expected"
	}
	grep -qE "$pattern" "$work/out" || {
		cat "$work/out"
		fail "$name: nothing that says $pattern"
	}
	echo "$name: ok"
}

echo 'test' >"$work/some file"
choose_modules 1 fs/fat/vfat fs/fuse/fuse drivers/block/loop fs/ext4/ext4 fs/xfs/xfs
# shellcheck disable=SC2154 # choose_modules sets it
echo "${chosen_modules[0]##*/}" >"$work/module"
expect status 3 '^test 2 tmp$' --smp 2 --file "$work/some file" --file "$work/module" <<'EOS'
echo "$(cat "/root/some file") $(nproc) $(sed -n 's|tmp /tmp \([a-z]*\)fs .*|tmp|p' /proc/mounts)"
module=$(cat /root/module)
lsmod | grep -q "^$module " || modprobe "$module"
exit 3
EOS
expect success 0 '^fine$' --append 'quiet' <<'EOS'
grep -qw quiet /proc/cmdline && echo fine
EOS
expect warn 125 'reported: .*(WARNING|cut here)' --file "$fault" <<'EOS'
insmod fault.ko kind=warn
EOS
# A warning that is expected is none, exactly once, and no other one.
expect expected-warn 0 '^fine$' --file "$fault" --expect-warning 'fault[^ ]*\.c:[0-9]+ ' <<'EOS'
insmod fault.ko kind=warn || true
echo fine
EOS
expect other-warn 125 'reported: .*(WARNING|cut here)' --file "$fault" \
	--expect-warning 'version_proc_show' <<'EOS'
insmod fault.ko kind=warn
EOS
expect missing-warn 125 '0 warnings instead of one: version_proc_show' \
	--expect-warning 'version_proc_show' <<'EOS'
echo fine
EOS
expect bug 125 'reported: .*(kernel BUG|cut here)' --file "$fault" <<'EOS'
insmod fault.ko kind=bug
EOS
expect null 125 'reported: .*BUG: kernel NULL pointer' --file "$fault" <<'EOS'
insmod fault.ko kind=null
EOS
expect panic 125 'reported: .*Kernel panic' <<'EOS'
echo c >/proc/sysrq-trigger
EOS
expect hang 124 'did not end within [0-9]* s' --timeout 6 <<'EOS'
sleep 1000
EOS

# An interrupted run leaves no QEMU and no files behind.
echo 'echo running; sleep 1000' >"$work/sleep"
TMPDIR=$work setsid "$here/run" --tree "$tree" "$work/sleep" >"$work/out" 2>&1 &
run=$!
for _ in $(seq 3000); do
	! grep -q running "$work/out" || break
	sleep 0.1
done
grep -q running "$work/out" || fail "no live output"
kill -TERM "$run"
status=0
wait "$run" || status=$?
[ $status = 143 ] || fail "an interrupted run ends with $status"
for _ in $(seq 600); do
	pgrep -f "$work/ksplice-vm" >/dev/null || break
	sleep 0.1
done
! pgrep -f "$work/ksplice-vm" >/dev/null || fail "an interrupted run leaves QEMU behind"
[ -z "$(find "$work" -maxdepth 1 -name 'ksplice-vm.*')" ] ||
	fail "an interrupted run leaves files behind"
echo "interrupted: ok"
