#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# recording_cost.sh - the CPU time of a compile with ksplice-cc, by that without
#
#     tests/recorder/recording_cost.sh OBJTREE [COUNT [ROUNDS]]
#
# Compiles COUNT objects of a built kernel (300) both ways, in turn, one at a time, ROUNDS
# times (2); which way comes first changes with each object. What counts is user and
# system time of all processes of a compile, ksplice-cc's own included; of each object and
# way that of the shortest round, because what else the machine does can only add.
# Prints the ratio of the sums with its standard error over the objects, that of each
# round, and the size of the records.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/recorder/result_lines.sh
. "$here/result_lines.sh"
# shellcheck source=tests/recorder/kernel_commands.sh
. "$here/kernel_commands.sh"
tree=$1
count=${2:-300}
rounds=${3:-2}
[ -d "$tree" ] || {
	echo "no kernel: $0 OBJTREE [COUNT [ROUNDS]]"
	exit 77
}
list_commands "$tree" "$count" >"$folder/commands"
cd "$tree" || exit 1
TIMEFORMAT='%U %S'
output=$folder/object.o

# cost WAY COMMAND...: "ROUND WAY seconds" of user and system time.
cost() {
	cost_way=$1
	shift
	{ time eval "$* >/dev/null 2>&1"; } 2>&1 |
		awk -v way="$cost_way" -v round="$round" \
			'{ printf "%d %s %.3f\n", round, way, $1 + $2 }'
}

number=0
while IFS=$'\t' read -r _ command source; do
	number=$((number + 1))
	for ((round = 1; round <= rounds; round++)); do
		ways=(plain recorded)
		[ $(((number + round) % 2)) = 0 ] || ways=(recorded plain)
		for way in "${ways[@]}"; do
			prefix=
			[ "$way" = plain ] || prefix=$wrapper
			cost "$way" "$prefix $command -c -o $output $source"
		done
	done
	size=$(stat -c %s "$folder"/.ksplice/object.o.*) || size=0
	echo "size $size"
done <"$folder/commands" | awk -v rounds="$rounds" '
	$1 != "size" {
		sum[$1, $2] += $3
		if (!($2 in best) || $3 < best[$2])
			best[$2] = $3
		next
	}
	{
		unrecorded += !$2
		size += $2
		plain[++objects] = best["plain"]
		recorded[objects] = best["recorded"]
		total += best["plain"]
		total_recorded += best["recorded"]
		delete best
	}
	END {
		ratio = total_recorded / total
		for (i = 1; i <= objects; i++)
			square += (recorded[i] - ratio * plain[i]) ^ 2
		for (i = 1; i <= rounds; i++)
			each = each sprintf("%s%.4f", i > 1 ? "," : "",
				sum[i, "recorded"] / sum[i, "plain"])
		printf "%d %.2f %.2f %.4f %.4f %s %d %d\n", objects, total, total_recorded,
			ratio, sqrt(square) / total, each, size / objects, unrecorded
	}' >"$folder/result"
read -r objects plain recorded ratio error each size unrecorded <"$folder/result"
text="$objects objects: plain $plain s, recorded $recorded s, ratio $ratio ± $error \
(rounds: $each), $size bytes each"
check "recorded" "$unrecorded are not" test "$unrecorded" = 0
check "cost ($text)" "more than 1.02 times a plain compile" \
	awk -v ratio="$ratio" 'BEGIN { exit !(ratio <= 1.02) }'
exit "$failed"
