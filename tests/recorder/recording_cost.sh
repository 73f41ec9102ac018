#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# recording_cost.sh - the CPU time of a compile with ksplice-cc, by that without
#
#     tests/recorder/recording_cost.sh OBJTREE [COUNT [ROUNDS]]
#
# Compiles COUNT objects of a built kernel (40) both ways, alternating, ROUNDS times
# (4); of each object and way the shortest counts, because what else the machine does
# can only add. Prints the ratio and the size of the records.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/recorder/result_lines.sh
. "$here/result_lines.sh"
# shellcheck source=tests/recorder/kernel_commands.sh
. "$here/kernel_commands.sh"
tree=$1
count=${2:-40}
rounds=${3:-4}
[ -d "$tree" ] || {
	echo "no kernel: $0 OBJTREE [COUNT [ROUNDS]]"
	exit 77
}
list_commands "$tree" "$count" >"$folder/commands"
cd "$tree" || exit 1
TIMEFORMAT='%U %S'
output=$folder/object.o
record=$folder/.ksplice/object.o.json.zst

# cost WAY COMMAND...: "WAY seconds" of user and system time.
cost() {
	cost_way=$1
	shift
	{ time eval "$* >/dev/null 2>&1"; } 2>&1 |
		awk -v way="$cost_way" '{ printf "%s %.3f\n", way, $1 + $2 }'
}

while IFS=$'\t' read -r _ command source; do
	for ((round = 0; round < rounds; round++)); do
		cost plain "$command -c -o $output $source"
		cost recorded "$wrapper $command -c -o $output $source"
	done
	echo "size $(stat -c %s "$record")"
done <"$folder/commands" | awk '
	$1 == "size" {
		total["plain"] += best["plain"]
		total["recorded"] += best["recorded"]
		delete best
		size += $2
		objects++
		next
	}
	!($1 in best) || $2 < best[$1] { best[$1] = $2 }
	END {
		ratio = total["recorded"] / total["plain"]
		printf "%d %.2f %.2f %.4f %d\n", objects, total["plain"],
			total["recorded"], ratio, size / objects
	}' >"$folder/result"
read -r objects plain recorded ratio size <"$folder/result"
text="$objects objects: plain $plain s, recorded $recorded s, ratio $ratio, $size bytes each"
check "cost ($text)" "more than 1.02 times a plain compile" \
	awk -v ratio="$ratio" 'BEGIN { exit !(ratio <= 1.02) }'
exit "$failed"
