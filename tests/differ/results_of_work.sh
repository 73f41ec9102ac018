#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# results_of_work.sh - results of ksplice-create, -index and -match that cannot be written,
# and ksplice-create that is ended by a signal early on, or runs under nohup

# shellcheck source-path=SCRIPTDIR source=create_checks.sh
. "$(dirname "$(readlink -f "$0")")/create_checks.sh"

use_tree "$1"
bin=$top/${KSPLICE_BUILD:-build}/bin
kill_at=$top/${KSPLICE_BUILD:-build}/tests/guest/kill_at
patch_with kernel/sys.c 's/info->procs = nr_threads;/info->procs = nr_threads + 1;/'
list_trees >"$work/before"
run_create=("$create" -q -p "$work/fix.patch" -o "$work/out" "$tree")

# full_device COMMAND...: it cannot write its result, and says so.
full_device() {
	local status=0
	"$@" >/dev/full 2>"$work/err" || status=$?
	if [ $status = 1 ] && grep -q 'done, but the result cannot be written' "$work/err"; then
		ok "${1##*/}: a full device"
	else
		not_ok "${1##*/}: exit code $status: $(cat "$work/err")"
	fi
}

full_device "${run_create[@]}"
full_device "${run_create[@]}" --json
full_device "$bin/ksplice-index" "$tree"
full_device "$bin/ksplice-index" --json --function=gid_cmp "$tree"
module=$(sed -n '1s/\.[ok]*$//p' "$tree/modules.order")
full_device "$bin/ksplice-match" -q --module="$module" -o "$work/out" "$tree"
rm -f "$work"/out/*

# The signal comes at one of the steps, so all of them are looked at from end to end.
count=$("$kill_at" count "${run_create[@]}" --json 2>"$work/err" | tail -n 1)
rm -f "$work"/out/*
told=0
for step in $(seq $((count / 8)) $((count / 8)) "$count"); do
	status=0
	"$kill_at" "$step" 15 "${run_create[@]}" --json >"$work/json" 2>"$work/err" || status=$?
	case $status in
	0) [ -n "$(ls "$work/out")" ] || not_ok "step $step: exit code 0 without an update" ;;
	143)
		[ -z "$(ls "$work/out")" ] || not_ok "step $step: interrupted, with an update"
		if grep -q 'hint' "$work/err"; then
			not_ok "step $step of $count: $(cat "$work/err")"
		elif [ "$(jq -r .reason "$work/json")" = interrupted ]; then
			told=$((told + 1))
		elif [ -s "$work/err" ]; then
			not_ok "step $step of $count: $(cat "$work/json" "$work/err")"
		fi
		;;
	*) not_ok "step $step of $count: exit code $status: $(cat "$work/err")" ;;
	esac
	rm -f "$work"/out/*
done
if [ $told -ge 4 ]; then
	ok "interrupted, it says so"
else
	not_ok "of 8 signals, only $told were told of"
fi

for signal in 1 2; do
	status=0
	(
		trap '' HUP INT
		exec "$kill_at" $((count / 2)) $signal "${run_create[@]}"
	) >"$work/json" 2>"$work/err" || status=$?
	if [ $status = 0 ] && [ -s "$(cat "$work/json")" ]; then
		ok "signal $signal stays ignored"
	else
		not_ok "signal $signal, ignored: exit code $status: $(cat "$work/err")"
	fi
	rm -f "$work"/out/*
done
check_untouched "all of it" "$work/before"
exit "$failed"
