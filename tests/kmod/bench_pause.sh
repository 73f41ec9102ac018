#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bench_pause.sh - how long an update stops the machine, beside an empty stop of the same
# boot: with about 100, 1,000 and 10,000 threads; with 1, about 10 and about 200 functions;
# with the look at all stacks before the stop, and with the full scan in it. Measured and
# not judged; part of `make bench`.
#
#   bench_pause.sh [OBJTREE]     ROUNDS=N attempts for each row (25)
#
# The figures are medians, in microseconds:
#
#   empty   stop_machine with a function that does nothing
#   cold    the same right after all stacks have been looked at, which leaves the caches
#           to others, and QEMU's emulated TLB most of all
#   stop    that of an update, from the call of stop_machine to its end
#   pause   the part of it that is the core's own
#   /empty  stop by empty
#   /cold   stop by cold

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"
# shellcheck source-path=SCRIPTDIR/../vm source=many_functions.sh
. "$here/many_functions.sh"

# Functions in which no thread sleeps.
many_files='fs/namei.c net/ipv4/tcp_input.c mm/mmap.c kernel/signal.c fs/open.c
	fs/namespace.c net/socket.c'

files=()
# add_update ARCHIVE COUNT: for the guest, with the number of its functions in its name
add_update() {
	mv "$1" "$work/$2-$(name_id "$1").tar.gz"
	files+=(--file "$work/$2-$(name_id "$1").tar.gz")
}

patch_getppid "$work/getppid.patch"
add_update "$(create_update "$work/getppid.patch")" 1
for limit in 2 36; do
	create_many "$limit" >&2
	add_update "$(jq -r .archive "$work/json")" "$(jq '.functions | length' "$work/json")"
done

boot --smp 2 --mem 1024 --timeout 1800 --append "rounds=${ROUNDS:-25}" "${files[@]}" <<'EOS'
folder=/sys/kernel/ksplice
rounds=$(sed 's/.*rounds=\([0-9]*\).*/\1/' /proc/cmdline)

# median FILE: of a column of nanoseconds, in tenths of microseconds
median() {
	sort -n "$1" | awk '{ value[NR] = $1 }
		END { printf "%.1f", value[int((NR + 1) / 2)] / 1000 }'
}

measure_empty() {
	echo "$1" >$folder/empty_stop_ns
	cat $folder/empty_stop_ns >>"$2"
}

# change ID STATE [OPTION]: until nobody is in the way
change() {
	local id=$1 tries=100
	shift
	while ! echo "$*" >$folder/$id/state 2>/tmp/error; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || fail "$id: $*: $(cat /tmp/error $folder/$id/conflicts)"
		usleep 20000
	done
	cat $folder/$id/stop_ns >>/tmp/stop
	cat $folder/$id/pause_ns >>/tmp/pause
}

# measure FUNCTIONS ID [OPTION]: a row of the table
measure() {
	local count=$1 id=$2 option=${3-} round
	rm -f /tmp/empty /tmp/cold /tmp/stop /tmp/pause
	for round in $(seq $rounds); do
		measure_empty 1 /tmp/empty
		measure_empty after-look /tmp/cold
		change $id applied $option
		change $id reversed $option
	done
	ls -d /proc/[0-9]*/task/* | wc -l >/tmp/threads
	echo "$(cat /tmp/threads) $count ${option:-before} $(median /tmp/empty)" \
		"$(median /tmp/cold) $(median /tmp/stop) $(median /tmp/pause)" |
		awk '{ printf "%8d %10d  %-10s %8.1f %8.1f %8.1f %8.1f %7.2f %7.2f\n",
			$1, $2, $3, $4, $5, $6, $7, $6 / $4, $6 / $5 }'
}

modprobe ksplice
echo 30000 >/proc/sys/kernel/threads-max
ids=''
for archive in *-*.tar.gz; do
	apply --deadline 60 "$archive"
	id=$(echo "$archive" | sed 's/.*-//; s/\..*//')
	change $id reversed
	case $archive in 1-*) one=$id ;; esac
	ids="$ids ${archive%%-*}:$id"
done
rm -f /tmp/stop /tmp/pause

echo " threads  functions  stacks        empty     cold     stop    pause  /empty   /cold"
for pair in $(echo "$ids" | tr ' ' '\n' | sort -n); do
	[ "$pair" = "1:$one" ] || measure "${pair%:*}" "${pair#*:}"
done
measure 1 "$one"
measure 1 "$one" full-scan
sleeping_threads 900 >/tmp/ready &
wait_until grep -q ready /tmp/ready
measure 1 "$one"
measure 1 "$one" full-scan
sleeping_threads 9000 >/tmp/ready_all &
wait_until grep -q ready /tmp/ready_all
measure 1 "$one"
measure 1 "$one" full-scan
EOS
