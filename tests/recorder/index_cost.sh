#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# index_cost.sh - what the index costs: from scratch, after ten objects were built again, and
# when there is nothing to do
#
#     tests/recorder/index_cost.sh OBJTREE [ROUNDS]
#
# Figures only. "Built again" is what it is to the index: ten records and their objects are
# newer, and so is vmlinux; that changes no byte, but nothing tells the index so. Of each
# kind the shortest of ROUNDS (5) counts, because what else the machine does can only add.
set -eu -o pipefail

top=$(readlink -f "$(dirname "$0")/../..")
tree=$(readlink -f "${1:?the object tree}")
rounds=${2:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
copy=$work/copy
TIMEFORMAT='%R %U %S'

cp -al "$tree" "$copy" 2>/dev/null || {
	rm -rf "$copy"
	cp -a "$tree" "$copy"
}
rm -rf "$copy/.ksplice" "$copy/vmlinux"
cp -a "$tree/.ksplice" "$copy/"
cp -a "$tree/vmlinux" "$copy/"
mapfile -t objects < <(cd "$copy/.ksplice" && find kernel mm fs -name '*.o.json.*' |
	sort | awk '!(NR % 20) && n++ < 10')
for record in "${objects[@]}"; do
	object=${record%.json.*}
	cp --remove-destination -a "$tree/$object" "$copy/$object"
done

from_scratch() {
	rm -f "$copy"/.ksplice/index.db*
}

ten_again() {
	local record
	for record in "${objects[@]}"; do
		touch "$copy/.ksplice/$record" "$copy/${record%.json.*}"
	done
	touch "$copy/vmlinux"
}

# measure NAME PREPARATION
measure() {
	local round
	for ((round = 0; round < rounds; round++)); do
		$2
		{ time "$top/build/bin/ksplice-index" -d kernel/fork.c "$copy" >"$work/out" \
			2>"$work/err"; } 2>>"$work/times" || {
			cat "$work/err" >&2
			return 1
		}
	done
	awk -v name="$1" '
		NR == 1 || $1 < real { real = $1 }
		NR == 1 || $2 + $3 < cpu { cpu = $2 + $3 }
		END { printf "%-28s %.2f s, CPU %.2f s\n", name, real, cpu }' "$work/times"
	rm "$work/times"
}

measure "index from scratch" from_scratch
measure "ten objects built again" ten_again
measure "nothing to do" true
"$top/build/bin/ksplice-index" "$copy" | sed -n '1p; /C functions/p'
size=$(stat -c %s "$copy/.ksplice/index.db")
total=$(du -sb --exclude=.ksplice "$tree" | cut -f1)
awk -v size="$size" -v total="$total" 'BEGIN {
	printf "index.db: %.1f MB, %.2f %% of the object tree\n", size / 1e6, 100 * size / total }'
