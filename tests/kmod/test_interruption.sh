#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_interruption.sh - ksplice-apply and ksplice-undo that are ended by a signal at any
# of their steps: SIGTERM leaves nothing loaded that was not; after SIGKILL the kernel's
# code is the old or the new one, whole, ksplice-view shows what is left, and
# ksplice-undo removes it
#
# KSPLICE_STEPS: every how manieth step (16); 1 is all of them (make check-long).

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

patch_nanosleep "$work/nanosleep.patch"
update=$(create_update "$work/nanosleep.patch")

boot --timeout 1800 --file "$update" <<EOS
stride=${KSPLICE_STEPS:-16}
update=$(basename "$update")
id=$(name_id "$update")
$(
	cat <<'EOG'
modprobe ksplice
kernel_text save /tmp/before >/dev/null
start=$(awk '$3 == "hrtimer_nanosleep" { print $1 }' /proc/kallsyms)
[ -n "$start" ] || fail "no hrtimer_nanosleep"

# what_is_there: "nothing", or the update's state as ksplice-view shows it.
what_is_there() {
	ksplice-view | awk -v id="$id" '$1 == id { print $2; found = 1 }
		END { if (!found) print "nothing" }'
}

expect_old_code() {
	kernel_text compare /tmp/before >/tmp/out || fail "$1: $(cat /tmp/out)"
}

# ---- while a thread is in the way ---------------------------------------------------

sleep 1000 &
sleeper=$!
wait_until grep -q '^State:.S' /proc/$sleeper/status

# has_tried: the update is loaded and one attempt was made.
has_tried() {
	[ "$(cat /sys/kernel/ksplice/"$id"/attempts 2>/dev/null || echo 0)" -gt 0 ]
}

for signal in INT TERM HUP; do
	# With -m, a background job does not ignore SIGINT.
	set -m
	ksplice-apply --deadline 60 --json "$update" >/tmp/result 2>/tmp/out &
	applier=$!
	set +m
	wait_until has_tried
	kill -$signal $applier
	status=0
	wait $applier || status=$?
	[ $status -gt 128 ] || fail "SIG$signal: exit status $status"
	expect_output interrupted
	grep -q '"reason": "interrupted"' /tmp/result || fail "SIG$signal: $(cat /tmp/result)"
	expect_not grep '^ksplice_' /proc/modules
	[ -z "$(find /tmp -name 'ksplice-apply.*')" ] || fail "SIG$signal: left a folder"
done
expect_old_code "after signals"

# nohup, and a shell's background job, ignore signals: so does what they start.
for signal in INT HUP; do
	(
		trap '' $signal
		exec ksplice-apply --deadline 3 "$update"
	) >/tmp/out 2>&1 &
	applier=$!
	wait_until has_tried
	kill -$signal $applier
	status=0
	wait $applier || status=$?
	[ $status = 4 ] || fail "SIG$signal, ignored: exit status $status: $(cat /tmp/out)"
done

ksplice-apply --deadline 60 "$update" >/tmp/out 2>&1 &
applier=$!
wait_until has_tried
kill -KILL $applier
wait $applier || true
expect_old_code "after SIGKILL"
[ "$(what_is_there)" = loaded ] || fail "not loaded after a kill: $(what_is_there)"
kill $sleeper
wait $sleeper || true
apply "$update"
expect_status 3 ksplice-apply "$update"
undo "$id"
expect_status 3 ksplice-undo "$id"
expect_old_code "after undo"

# ---- at each step -------------------------------------------------------------------

# note STATE: counts what was found after a signal.
note() {
	echo "$1" >>/tmp/found
}

# expect_found STATE...: each was found, so the signals hit what they should have.
expect_found() {
	local state
	sort /tmp/found | uniq -c | tr '\n' ';'
	echo
	for state in "$@"; do
		grep -qx "$state" /tmp/found || fail "no signal led to: $state"
	done
	rm /tmp/found
}

# try_step NUMBER SIGNAL COMMAND...: ends the command there.
try_step() {
	local number=$1 signal=$2
	shift 2
	status=0
	kill_at "$number" "$signal" "$@" >/tmp/out 2>&1 || status=$?
	found=$(what_is_there)
	[ $status != 100 ] || fail "there is no step $number"
}

count=$(kill_at count ksplice-apply --quiet "$update")
undo "$id"
echo "ksplice-apply has $count steps"
[ "$count" -gt 20 ] || fail "so few steps?"
for step in $(seq 1 $stride "$count") "$count"; do
	try_step "$step" 15 ksplice-apply "$update"
	case "$status $found" in
	143' nothing') expect_old_code "SIGTERM at step $step" ;;
	# After the change it is too late; the new code is in, and it says so.
	0' applied') grep -q applied /tmp/out || fail "step $step: $(cat /tmp/out)" && undo "$id" ;;
	*) fail "SIGTERM at step $step: status $status, $found: $(cat /tmp/out)" ;;
	esac
	note "$found"
done
expect_found nothing applied

# Close to the end, where the module is loaded and changed, each step.
for step in $(seq 1 $stride "$count") $(seq $((count - 40)) "$count"); do
	try_step "$step" 9 ksplice-apply "$update"
	[ $status = 137 ] || fail "SIGKILL at step $step: status $status: $(cat /tmp/out)"
	case $found in
	nothing | loaded) expect_old_code "SIGKILL at step $step" ;;
	applied) ;;
	*) fail "SIGKILL at step $step: $found" ;;
	esac
	note "$found"
	[ "$found" = nothing ] || undo "$id"
	[ ! -e /sys/kernel/ksplice/$id ] || fail "SIGKILL at step $step: not undone"
	expect_not grep '^ksplice_' /proc/modules
	rm -rf /tmp/ksplice-apply.*
done
expect_old_code "after SIGKILL at $count steps"
expect_found nothing loaded applied

apply "$update"
count=$(kill_at count ksplice-undo --quiet "$id")
echo "ksplice-undo has $count steps"
for signal in 15 9; do
	for step in $(seq 1 $stride "$count") $(seq $((count - 12)) "$count"); do
		apply "$update"
		try_step "$step" $signal ksplice-undo "$id"
		case "$signal $status $found" in
		'15 143 applied' | '9 137 applied') ;;
		'15 0 nothing' | '15 143 nothing' | '9 137 nothing') ;;
		'9 137 reversed' | '15 143 reversed') expect_old_code "step $step" ;;
		*) fail "signal $signal at step $step: status $status, $found: $(cat /tmp/out)" ;;
		esac
		note "$signal $found"
		[ "$found" = nothing ] || undo "$id"
	done
done
expect_old_code "after undos that were ended"
expect_found '15 applied' '15 nothing' '9 applied' '9 reversed' '9 nothing'
apply "$update"
undo "$id"
expect_old_code "at the end"
EOG
)
EOS
