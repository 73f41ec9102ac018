#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# build_cost.sh - a small build with ksplice-cc, compared with the same build without it
#
#     tests/recorder/build_cost.sh OBJTREE [COUNT [ROUNDS]]
#
# Figures only. Compiles COUNT objects (40) of a built kernel by "make -j2": with the compiler
# alone, with ccache that has none of the objects (a miss), and with ccache that has all of
# them (a hit). Each is done with and without ksplice-cc in turn, ROUNDS times (3), and the
# shortest counts, because other work on the machine can only add. Prints wall time and CPU
# time of both, and the ratios.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/recorder/result_lines.sh
. "$here/result_lines.sh"
# shellcheck source=tests/recorder/kernel_commands.sh
. "$here/kernel_commands.sh"
tree=${1:?the object tree}
count=${2:-40}
rounds=${3:-3}
list_commands "$tree" "$count" >"$folder/commands"
objects=$(wc -l <"$folder/commands")
[ "$objects" -gt 0 ] || {
	echo "$tree: no objects"
	exit 1
}

# The commands as a makefile; PREFIX is what runs the compiler, OUT the folder of objects.
awk -F '\t' '{
	gsub(/\$/, "$$$$")
	printf "all: $(OUT)/%d.o\n$(OUT)/%d.o:\n\t@$(PREFIX) %s -c -o $@ %s 2>/dev/null\n",
		NR, NR, $2, $3 }' "$folder/commands" >"$folder/makefile"
cd "$tree" || exit 1
export CCACHE_DIR=$folder/ccache KSPLICE_UNIT_STORE=$folder/units CCACHE_NOCOMPRESS=1
TIMEFORMAT='%R %U %S'

# build ROW WAY PREFIX: one build; adds "ROW WAY wall CPU" to the times.
build() {
	local row=$1 way=$2 prefix=$3
	rm -rf "$folder/out"
	mkdir "$folder/out"
	{ time make -s -j2 -f "$folder/makefile" OUT="$folder/out" PREFIX="$prefix" all; } \
		2>"$folder/time" || {
		cat "$folder/time" >&2
		exit 1
	}
	awk -v row="$row" -v way="$way" 'END { print row, way, $1, $2 + $3 }' \
		"$folder/time" >>"$folder/times"
	[ "$way" = plain ] || unrecorded=$((unrecorded + objects -
		$(find "$folder/out/.ksplice" -name '*.o.json.zst' | wc -l)))
}

# cached WAY PREFIX: a miss, and the hit after it.
cached() {
	rm -rf "$CCACHE_DIR" "$KSPLICE_UNIT_STORE"
	build miss "$1" "$2"
	build hit "$1" "$2"
}

# The count of hits, so that a cache that does not work is not measured.
hits() {
	ccache --print-stats | awk '$1 ~ /^(direct|preprocessed)_cache_hit$/ { n += $2 }
		END { print n + 0 }'
}

unrecorded=0
has_ccache=
! command -v ccache >/dev/null || has_ccache=1
for ((round = 1; round <= rounds; round++)); do
	ways=(plain recorded)
	[ $((round % 2)) = 1 ] || ways=(recorded plain)
	for way in "${ways[@]}"; do
		prefix=
		[ "$way" = plain ] || prefix="$wrapper"
		build compile "$way" "$prefix"
		[ -z "$has_ccache" ] || {
			cached "$way" "$prefix ccache"
			check "round $round, $way: ccache has all objects" "$(hits) of $objects" \
				test "$(hits)" = "$objects"
		}
	done
done
check "all objects are recorded" "$unrecorded are not" test "$unrecorded" = 0
[ -n "$has_ccache" ] || skip "ccache" "it is not installed"
awk -v objects="$objects" '
	!(($1, $2) in wall) { order[$1] = order[$1] ? order[$1] : ++rows; names[order[$1]] = $1 }
	!(($1, $2) in wall) || $3 < wall[$1, $2] { wall[$1, $2] = $3 }
	!(($1, $2) in cpu) || $4 < cpu[$1, $2] { cpu[$1, $2] = $4 }
	BEGIN {
		title["compile"] = "make -j2"
		title["miss"] = "make -j2, ccache misses"
		title["hit"] = "make -j2, ccache hits"
	}
	END {
		printf "%-26s%9s%12s%8s%10s%12s%8s\n", objects " objects", "gcc wall",
			"ksplice-cc", "ratio", "gcc CPU", "ksplice-cc", "ratio"
		for (i = 1; i <= rows; i++) {
			n = names[i]
			printf "%-26s%7.2f s%10.2f s%8.3f%8.2f s%10.2f s%8.3f\n", title[n],
				wall[n, "plain"], wall[n, "recorded"],
				wall[n, "recorded"] / wall[n, "plain"],
				cpu[n, "plain"], cpu[n, "recorded"],
				cpu[n, "recorded"] / cpu[n, "plain"]
		}
	}' "$folder/times"
exit "$failed"
