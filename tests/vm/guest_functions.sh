# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# guest_functions.sh - what the guest scripts have in common; it stands in front of
# each. The guest's shell is busybox's.
set -eu

fail() {
	echo "FAILED: $*"
	dmesg | tail -n 20
	exit 1
}

# expect_status STATUS COMMAND...: its output, both kinds, is in /tmp/out.
expect_status() {
	local expected=$1 status=0
	shift
	"$@" >/tmp/out 2>&1 || status=$?
	[ "$status" = "$expected" ] || {
		cat /tmp/out
		fail "$*: exit status $status instead of $expected"
	}
}

# expect_output REGEX...: each is in /tmp/out.
expect_output() {
	local pattern
	for pattern in "$@"; do
		grep -qE -e "$pattern" /tmp/out || {
			cat /tmp/out
			fail "missing in the output: $pattern"
		}
	done
}

apply() {
	expect_status 0 ksplice-apply "$@"
}

undo() {
	expect_status 0 ksplice-undo "$@"
}

# expect_not COMMAND...: it must fail. (A line "! COMMAND" cannot end a script under set -e.)
expect_not() {
	! "$@" >/tmp/out 2>&1 || {
		cat /tmp/out
		fail "did not fail: $*"
	}
}

# wait_until COMMAND...: up to two minutes, because a busy machine is slow.
wait_until() {
	local tries=1200
	while ! "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || fail "waited in vain for: $*"
		usleep 100000
	done
}

# start_sleeper: a process that sleeps in nanosleep(2) from now on; its pid is in $sleeper.
start_sleeper() {
	sleep 1000 &
	sleeper=$!
	wait_until grep -q '^State:.S' "/proc/$sleeper/status"
}

end_sleeper() {
	kill "$sleeper"
	wait "$sleeper" || true
}

# expect_word NUMBER: /proc/loadavg begins with "update" and that number; 0: without.
expect_word() {
	local word rest
	read -r word rest </proc/loadavg
	case $word in
	update?) word=${word#update} ;;
	*) word=0 ;;
	esac
	[ "$word" = "$1" ] || fail "in force is $word, not $1"
}
