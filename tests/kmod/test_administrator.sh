#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_administrator.sh - what an administrator does with ksplice-apply, -undo and -view:
# a folder of updates, --check, --signal, --all, JSON, and what each exit status means

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

# repack UPDATE OUT SED-SCRIPT: the same update with another manifest, which nobody signs.
repack() {
	local folder=$work/repacked
	rm -rf "$folder"
	mkdir "$folder"
	tar -xzf "$1" -C "$folder"
	sed -i "$3" "$folder"/ksplice-*/manifest.json
	tar -czf "$2" -C "$folder" "$(basename "$folder"/ksplice-*)"
}

patch_nanosleep "$work/nanosleep.patch"
patch_loadavg "$work/loadavg.patch"
nanosleep=$(create_update "$work/nanosleep.patch")
loadavg=$(create_update "$work/loadavg.patch")
sed 's/new hrtimer_nanosleep/newer hrtimer_nanosleep/' "$work/nanosleep.patch" >"$work/other.patch"
other=$(create_update "$work/other.patch")

# The one whose name is later was made earlier; one is for another kernel.
mkdir "$work/updates" "$work/damaged" "$work/none"
mapfile -t sorted < <(printf '%s\n' "$nanosleep" "$loadavg" | sort -t/ -k5)
created='s/"created": "[^"]*"/"created": "2001-01-01T00:00:00Z"/'
later=${sorted[0]} earlier=${sorted[1]}
[[ ${later##*/} < ${earlier##*/} ]] || { later=${sorted[1]} earlier=${sorted[0]}; }
cp "$later" "$work/updates/"
repack "$earlier" "$work/updates/${earlier##*/}" "$created"
repack "$loadavg" "$work/updates/ksplice-other.tar.gz" \
	's/"build_id": "[0-9a-f]*"/"build_id": "0123456789abcdef"/'
cp "$loadavg" "$work/damaged/"
head -c 700 "$nanosleep" >"$work/damaged/ksplice-zzzzzzzz.tar.gz"
touch "$work/none/readme.txt"

boot --file "$work/updates" --file "$work/damaged" --file "$work/none" --file "$nanosleep" \
	--file "$other" <<EOS
other=$(name_id "$other")
earlier=$(name_id "$earlier")
later=$(name_id "$later")
nanosleep=$(name_id "$nanosleep")
loadavg=$(name_id "$loadavg")
$(
	cat <<'EOG'
file=ksplice-$nanosleep.tar.gz

expect_nothing_loaded() {
	expect_not grep '^ksplice_' /proc/modules
	[ ! -e /run/ksplice/$nanosleep ] || fail "a record is left"
	[ -z "$(find /tmp -name 'ksplice-apply.*')" ] || fail "a folder is left"
}

expect_old_code() {
	kernel_text compare /tmp/before >/tmp/compared || fail "$(cat /tmp/compared)"
}

mkdir -p /run
modprobe ksplice
kernel_text save /tmp/before >/dev/null

# ---- a folder -----------------------------------------------------------------------

expect_status 1 ksplice-apply none
expect_output 'contains no updates'
expect_status 1 ksplice-apply damaged
expect_output 'ksplice-zzzzzzzz.tar.gz: is damaged'
expect_nothing_loaded
expect_status 0 ksplice-apply updates
cat /tmp/out
[ "$(sed -n 's/^Update \([^ ]*\) applied: .*/\1/p' /tmp/out | tr '\n' ' ')" = "$earlier $later " ] ||
	fail "not in the order in which they were made"
expect_output '^Skipped ksplice-other.tar.gz: it is for another kernel'
expect_status 3 ksplice-apply updates
expect_output 'nothing to do: 2 updates are for this kernel, 1 for others'
expect_status 3 ksplice-apply --json updates
expect_output '"result": "no-change"' '"skipped": \[' 'ksplice-other.tar.gz'

# ---- ksplice-view -------------------------------------------------------------------

expect_status 0 ksplice-view
expect_output "^$nanosleep +applied +vmlinux +1 +[0-9.]+ ms$" "^$loadavg +applied +vmlinux"
expect_status 0 ksplice-view $nanosleep
cat /tmp/out
expect_output '^applied: +[0-9]+-[0-9]+-[0-9]+T' "^archive: +/root/updates/ksplice-$nanosleep" \
	'^patch: +nanosleep.patch$' '^target: +vmlinux, build-id [0-9a-f]+$' \
	'^functions: 1$' '^  hrtimer_nanosleep$'
expect_status 0 ksplice-view --json $nanosleep
expect_output '"state": "applied"' '"applied_at": "' '"manifest": \{' '"name": "hrtimer_nanosleep"'
expect_status 3 ksplice-view nothing1

# ---- undo, of one and of all --------------------------------------------------------

expect_status 1 ksplice-undo
expect_status 1 ksplice-undo --all $nanosleep
expect_status 0 ksplice-undo --check $loadavg
expect_output "$loadavg can be undone"
[ "$(cat /sys/kernel/ksplice/$loadavg/state)" = applied ] || fail "--check reversed it"
grep -q patched /proc/loadavg || fail "--check took the new code out"
expect_status 0 ksplice-undo --all
expect_output "$nanosleep reversed and unloaded" "$loadavg reversed and unloaded"
expect_old_code
expect_nothing_loaded
expect_status 3 ksplice-undo --all

# ---- --check, with nobody in the way and with somebody ------------------------------

expect_status 0 ksplice-apply --check $file
expect_output "$nanosleep can be applied"
expect_status 0 ksplice-apply --check --json $file
expect_output '"result": "checked"'
expect_nothing_loaded
expect_old_code
start_sleeper
expect_status 4 ksplice-apply --check --deadline 0 $file
expect_output "sleep \(pid $sleeper\) is in hrtimer_nanosleep"
expect_nothing_loaded
expect_old_code

# ---- busy: exit status, table, JSON; --signal ---------------------------------------

expect_status 4 ksplice-apply --deadline 0.2 $file
cat /tmp/out
expect_output '^ +PID +TASK +CPU' "^ +$sleeper +sleep +[0-9]+ +hrtimer_nanosleep\+0x" \
	'^ +common_nsleep\+0x'
expect_status 4 ksplice-apply --json --deadline 0 $file
expect_output '"result": "busy"' '"reason": "thread-in-the-way"' "\"pid\": $sleeper" \
	'"function": "hrtimer_nanosleep' '"stack": \[' '"cpu": [0-9]'
expect_nothing_loaded
expect_old_code
expect_status 0 ksplice-apply --signal $file
cat /tmp/out
expect_output "^Update $nanosleep applied" "^Woke sleep \(pid $sleeper\)"
kill -0 $sleeper || fail "the signal ended the sleeper"
end_sleeper

# One program at a time for each update; the others change nothing of what it does.
undo $nanosleep
start_sleeper
ksplice-apply --deadline 60 $file >/tmp/first 2>&1 &
first=$!
has_tried() {
	[ "$(cat /sys/kernel/ksplice/$nanosleep/attempts 2>/dev/null || echo 0)" -gt 0 ]
}
wait_until has_tried
expect_status 4 ksplice-apply --json $file
expect_output '"reason": "another-program"' "$nanosleep: another program is applying"
expect_status 4 ksplice-undo $nanosleep
expect_output "$nanosleep: another program is applying"
apply updates/ksplice-$loadavg.tar.gz
undo $loadavg
end_sleeper
status=0
wait $first || status=$?
[ $status = 0 ] || fail "the first: exit status $status: $(cat /tmp/first)"
expect_status 0 ksplice-view $nanosleep
expect_output '^state: +applied' "^archive: +/root/ksplice-$nanosleep"

# A record that is left from a program that was killed goes with what it loaded.
undo $nanosleep
start_sleeper
ksplice-apply --deadline 60 $file >/tmp/first 2>&1 &
first=$!
wait_until has_tried
kill -KILL $first
wait $first || true
rm -r /tmp/ksplice-apply.*
[ -e /run/ksplice/$nanosleep ] || fail "there is no record yet"
expect_status 4 ksplice-apply --check --deadline 0 $file
expect_nothing_loaded
end_sleeper
expect_status 0 ksplice-apply $file

# Results that cannot be written.
status=0
ksplice-undo --json $nanosleep >/dev/full 2>/tmp/out || status=$?
[ $status = 1 ] || fail "a full device: exit status $status"
expect_output 'done, but the result cannot be written'
expect_nothing_loaded
status=0
ksplice-apply --quiet --json $file >/dev/full 2>/tmp/out || status=$?
[ $status = 1 ] || fail "a full device: exit status $status"
[ "$(cat /sys/kernel/ksplice/$nanosleep/state)" = applied ] || fail "is not applied"

# A thread in the new code.
start_sleeper
expect_status 4 ksplice-undo --check --deadline 0 $nanosleep
expect_output "sleep \(pid $sleeper\) is in hrtimer_nanosleep"
expect_status 4 ksplice-undo --deadline 0 $nanosleep
expect_output "sleep \(pid $sleeper\) is in hrtimer_nanosleep"
[ "$(cat /sys/kernel/ksplice/$nanosleep/state)" = applied ] || fail "no longer applied"
expect_status 0 ksplice-undo --signal --full-scan --json $nanosleep
expect_output '"result": "reversed"' '"signalled": \[' "\"pid\": $sleeper"
end_sleeper
expect_nothing_loaded
expect_old_code

# ---- an error that comes after the change says that the change was made -------------

apply $file
start_sleeper
ksplice-apply --replace --json --deadline 60 ksplice-$other.tar.gz >/tmp/result 2>/tmp/out &
first=$!
other_has_tried() {
	[ "$(cat /sys/kernel/ksplice/$other/attempts 2>/dev/null || echo 0)" -gt 0 ]
}
wait_until other_has_tried
# From now on nothing can be unloaded any more.
echo 1 >/proc/sys/kernel/modules_disabled
end_sleeper
status=0
wait $first || status=$?
[ $status = 1 ] || fail "--replace: exit status $status: $(cat /tmp/out)"
expect_output "$other: is applied, but an update that it replaced is still loaded: .*_$nanosleep"
grep -q '"result": "error"' /tmp/result || fail "$(cat /tmp/result)"
[ "$(cat /sys/kernel/ksplice/$other/state)" = applied ] || fail "--replace: not applied"
[ "$(cat /sys/kernel/ksplice/$nanosleep/state)" = reversed ] || fail "--replace: not replaced"
EOG
)
EOS
