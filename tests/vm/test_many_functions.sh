#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_many_functions.sh - one update replaces hundreds of functions of the core kernel,
# with all that comes with them (alternatives, jump labels, static calls, exception
# tables, WARNs, static locals), under load: each of them has its jump; and the text is
# restored

# shellcheck source-path=SCRIPTDIR source=session.sh
. "$(dirname "$(readlink -f "$0")")/session.sh"

# shellcheck source=many_functions.sh
. "$here/many_functions.sh"

create_many 1000
count=$(jq '.functions | length' "$work/json")
echo "functions: $count"
[ "$count" -ge 150 ] || fail "no more than $count functions"
update=$(jq -r .archive "$work/json")

boot --smp 2 --mem 512 --file "$update" <<EOS
count=$count
$(
	cat <<'EOG'
update=$(echo ksplice-*.tar.gz)
id=${update#ksplice-}
id=${id%.tar.gz}

work_hard() {
	while [ ! -e /tmp/stop ]; do
		mkdir -p /tmp/w.$1/a/b && echo hello >/tmp/w.$1/a/b/c
		cat /tmp/w.$1/a/b/c | grep -q hello || echo "lost" >/tmp/problem
		ls -lR /tmp/w.$1 >/dev/null
		(ulimit -c 0; sleep 0.01; exit 3) || [ $? = 3 ] || echo "exit" >/tmp/problem
		rm -r /tmp/w.$1
		cat /proc/self/maps /proc/net/tcp >/dev/null
		echo $1 >>/tmp/rounds
	done
}

has_worked() {
	[ "$(tail -n +$((rounds + 1)) /tmp/rounds | sort | uniq -c | awk '$1 >= 2' | wc -l)" = 2 ]
}

modprobe ksplice
kernel_text save /tmp/before >/dev/null
touch /tmp/rounds
work_hard 1 &
work_hard 2 &
for cycle in 1 2 3; do
	apply "$update" --deadline 60
	[ "$(grep -c ' replaced' /sys/kernel/ksplice/$id/functions)" = "$count" ] || fail "functions in sysfs"
	# A jump is five bytes, of which one may be what it was.
	expect_status 1 kernel_text compare /tmp/before
	changed=$(sed -n 's/^\([0-9]*\) bytes differ.*/\1/p' /tmp/out)
	[ "$changed" -ge $((4 * count)) ] || fail "$changed bytes are too few for $count jumps"
	# The load goes on: both have begun a round since, and ended it.
	rounds=$(wc -l </tmp/rounds)
	wait_until has_worked
	echo "cycle $cycle: pause $(cat /sys/kernel/ksplice/$id/pause_ns) ns," \
		"attempts $(cat /sys/kernel/ksplice/$id/attempts), rounds $(wc -l </tmp/rounds)"
	undo "$id" --deadline 60
	kernel_text compare /tmp/before || fail "the text is not what it was"
done
touch /tmp/stop
wait
[ ! -e /tmp/problem ] || fail "$(cat /tmp/problem)"
EOG
)
EOS
