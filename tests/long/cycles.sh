#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# cycles.sh - 1,000 applies and undos on 4 virtual CPUs under load: processes, files,
# connections over the loopback device, timers, threads that come and go through a replaced
# function, modules that are loaded and unloaded, one of which an update is about. No
# report of the kernel, nobody in code that is not in force, the text as before, and no
# memory lost: objects of each slab cache, areas of vmalloc, modules and processes are
# counted before and after.
#
#   cycles.sh [OBJTREE]     KSPLICE_CYCLES=N applies and undos (1000)

# shellcheck disable=SC2034 # for session.sh
[ $# = 0 ] || KSPLICE_TREE=$1
# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"
# shellcheck source-path=SCRIPTDIR/../vm source=many_functions.sh
. "$here/many_functions.sh"

# Functions in which no thread sleeps for long.
many_files='fs/namei.c net/ipv4/tcp_input.c mm/mmap.c kernel/signal.c fs/open.c
	net/socket.c'

files=() ids=()
add_update() {
	files+=(--file "$1")
	ids+=("$(name_id "$1")")
}

# One that threads come and go through
patch_getppid "$work/getppid.patch"
make_patch kernel/time/hrtimer.c \
	'/^long hrtimer_nanosleep(/,/^}/ s/^\tret = do_nanosleep(/\tasm volatile("nop");\n&/' \
	"$work/nanosleep.patch"
cat "$work"/{getppid,nanosleep}.patch >"$work/sleep.patch"
add_update "$(create_update "$work/sleep.patch")"
# Many functions
create_many 2 >&2
add_update "$(jq -r .archive "$work/json")"
# A module that comes later
patch_loadavg "$work/loadavg.patch"
make_patch drivers/net/dummy.c \
	'/^static void dummy_setup(/,/^}/ s/^\tether_setup(dev);/&\n\tdev->mtu = 1234;/' \
	"$work/dummy.patch"
cat "$work"/{loadavg,dummy}.patch >"$work/module.patch"
add_update "$(create_update "$work/module.patch")"

boot --smp 4 --mem 1024 --timeout 20000 "${files[@]}" <<EOS
ids="${ids[*]}"
cycles=${KSPLICE_CYCLES:-1000}
$(
	cat <<'EOG'
core=/sys/kernel/ksplice
attempts=0 # that were in vain

# change ID STATE: until nobody is in the way; the core is asked by its file
change() {
	local tries=300
	while ! echo $2 >$core/$1/state 2>/tmp/error; do
		grep -q 'temporarily unavailable' /tmp/error || fail "$1: $2: $(cat /tmp/error)"
		attempts=$((attempts + 1))
		tries=$((tries - 1))
		[ $tries -gt 0 ] || fail "$1: $2: in the way: $(cat $core/$1/conflicts)"
		usleep 10000
	done
}

# expect_nobody NAME: no thread is in the function of that name, which is not in force. A
# thread may have come back from its stack's old words, so it must be seen three times.
expect_nobody() {
	local tries
	for tries in 1 2 3; do
		cat /proc/[0-9]*/task/*/stack 2>/dev/null >/tmp/stacks || true
		grep -q "\] $1+0x" /tmp/stacks || return 0
	done
	fail "a thread was missed: $(grep -n "$1+0x" /tmp/stacks)"
}

# in_force ID yes|no: what the update changes is seen
in_force() {
	local word parent
	case $1 in
	"$sleep")
		if [ $2 = yes ]; then
			expect_nobody hrtimer_nanosleep
		else
			expect_nobody hrtimer_nanosleep.ksplice
		fi
		;;
	"$module")
		read -r word _ </proc/loadavg
		[ $2 = no ] || [ "$word" = patched ] || fail "loadavg is not patched"
		[ $2 = yes ] || [ "$word" != patched ] || fail "loadavg is patched"
		[ $((cycle % 7)) = 0 ] || return 0
		modprobe dummy numdummies=1
		word=$(cat /sys/class/net/dummy0/mtu)
		[ "$2 $word" = "yes 1234" ] || [ "$2 $word" = "no 1500" ] ||
			fail "dummy: mtu $word, in force: $2"
		rmmod dummy
		arrivals=$((arrivals + 1))
		;;
	esac
}

# One apply and one undo of one of the updates, with its modules for each tenth.
arrivals=0 loads=0
run_cycle() {
	local id
	case $((cycle % 3)) in
	0) id=$sleep ;;
	1) id=$many ;;
	2) id=$module ;;
	esac
	if [ -e $core/$id ]; then
		change $id applied
	else
		apply --deadline 120 ksplice-$id.tar.gz
		loads=$((loads + 1))
	fi
	in_force $id yes
	if [ $((cycle % 10)) = 9 ]; then
		undo --deadline 120 $id
	else
		change $id reversed
	fi
	in_force $id no
}

load_modules() {
	local count=0
	while [ ! -e /tmp/enough ]; do
		modprobe veth
		usleep 100000
		rmmod veth
		usleep 200000
		count=$((count + 1))
		echo $count >/tmp/loads
	done
}

# run_cycles FIRST LAST: under load, which has ended behind it
run_cycles() {
	local loader load
	rm -f /tmp/enough /tmp/ready
	load_modules &
	loader=$!
	mixed_load 6 >/tmp/ready &
	load=$!
	wait_until grep -q ready /tmp/ready
	for cycle in $(seq $1 $2); do
		run_cycle
		[ $((cycle % 100)) != 0 ] || echo "$cycle cycles, $attempts attempts in vain," \
			"$(cut -d' ' -f1 /proc/uptime) s"
	done
	touch /tmp/enough
	wait $loader
	kill -0 $load || fail "the load has ended: something was not as it must be"
	kill $load
	wait $load || true
	rm -f /tmp/load /tmp/load-*
}

# What the machine has, once all that was freed is given back: a name and a number in
# each line. Stacks of threads are kept for the next ones.
count_memory() {
	local pass cache
	for id in $ids; do
		[ ! -e $core/$id ] || undo $id
	done
	# Connections that were closed wait for late packets.
	for pass in $(seq 120); do
		! grep -q '^TCP: .* tw 0 ' /proc/net/sockstat || break
		sleep 1
	done
	sync
	for pass in 1 2 3; do
		echo 3 >/proc/sys/vm/drop_caches
		sleep 2
	done
	for cache in /sys/kernel/slab/*/shrink; do
		echo 1 >$cache 2>/dev/null || true
	done
	awk 'NR > 2 { print "slab:" $1, $2 }' /proc/slabinfo
	grep -v 'alloc_thread_stack\|dup_task_struct\|copy_process' /proc/vmallocinfo |
		awk '{ count++; size += $2 } END { print "vmalloc:areas", count; print "vmalloc:KiB", size / 1024 }'
	echo "modules $(wc -l </proc/modules)"
	echo "processes $(ls -d /proc/[0-9]* | wc -l)"
	echo "reserved $(wc -l </sys/kernel/debug/kprobes/blacklist)"
	awk '/^(MemAvailable|Percpu|PageTables|Slab):/ { print "meminfo:" $1, $2 }' /proc/meminfo
}

# expect_same LIMIT NAME...: these have grown by no more
expect_same() {
	local limit=$1 name before after
	shift
	for name in "$@"; do
		before=$(awk -v name=$name '$1 == name { print $2 }' /tmp/memory_before)
		after=$(awk -v name=$name '$1 == name { print $2 }' /tmp/memory_after)
		echo "$name: $before before, $after after"
		[ "$after" -le $((before + limit)) ] || fail "$name has grown by more than $limit"
	done
}

set -- $ids
sleep=$1 many=$2 module=$3
mkdir -p /run
mount -t debugfs none /sys/kernel/debug 2>/dev/null || true
ip link set lo up
modprobe ksplice

# What is made once is made before, and jump labels are set by the first connection.
warm=100
run_cycles 1 $warm
count_memory >/tmp/memory_before
kernel_text save /tmp/text >/dev/null
run_cycles $((warm + 1)) $((warm + cycles))
count_memory >/tmp/memory_after

echo "$((warm + cycles)) applies and undos, $attempts attempts in vain, $loads loads of an" \
	"update, $arrivals arrivals of its target, $(cat /tmp/loads) loads of another module"
# A leak of one object in each cycle, or in each load of an update, is more than that.
limit=$((cycles / 20))
[ $limit -ge 50 ] || limit=50
awk -v limit=$limit 'NR == FNR { before[$1] = $2; next }
	$1 ~ /^slab:/ && $2 > before[$1] + limit { print $1, before[$1], $2; found = 1 }
	END { exit found }' /tmp/memory_before /tmp/memory_after >/tmp/out ||
	fail "slab caches have grown: $(cat /tmp/out)"
awk 'NR == FNR { before[$1] = $2; next }
	$1 ~ /^slab:/ { count++; growth = $2 - before[$1]; if (growth > largest) { largest = growth; name = $1 } }
	END { print count " slab caches; the one that grew most: " name ", by " largest + 0 " objects" }' \
	/tmp/memory_before /tmp/memory_after
expect_same 0 modules processes reserved
expect_same 4 vmalloc:areas
expect_same 64 vmalloc:KiB
grep '^meminfo' /tmp/memory_before /tmp/memory_after
kernel_text compare /tmp/text
EOG
)
EOS
