#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# hash_verdict.sh - function by function, the plugin's hashes agree with the objects
#
#     tests/recorder/hash_verdict.sh OBJTREE [COUNT [SEED [OBJECT]]]
#
# Takes COUNT translation units of a built kernel (16), evenly spread, and compiles each
# twice with ksplice-cc, as ksplice-create does: as it is, and with one change to its
# text (source_mutation.c) or to an inline function of a header that it reads. Then
# hash_verdict.c compares the two objects and the two records. What does not compile is
# drawn again. SEED decides what is drawn; without one it is $KSPLICE_SEED, or what the
# plugin's source gives, so that each version of it meets other changes, and a run can be
# repeated. OBJECT is a pattern of those to do: so a pair is made again that did not agree.
# KSPLICE_KEEP names a folder for the two sources, objects and records of such pairs.
# The tree is only read.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/recorder/result_lines.sh
. "$here/result_lines.sh"
# shellcheck source=tests/recorder/kernel_commands.sh
. "$here/kernel_commands.sh"
tree=${1-}
count=${2:-16}
seed=${3:-${KSPLICE_SEED:-$(draw_seed "$here"/../../plugin/*.c)}}
only=${4:-*}
mutate=$build/tests/recorder/source_mutation
verdict=$build/tests/recorder/hash_verdict
kinds=(constant operands operator string initialiser macro callee header function
	function-line lines lines-line)
[ -d "$tree" ] || {
	echo "no kernel: $0 OBJTREE [COUNT [SEED [OBJECT]]]"
	exit 77
}
[ -z "${KSPLICE_KEEP-}" ] || { mkdir -p "$KSPLICE_KEEP" && KSPLICE_KEEP=$(cd "$KSPLICE_KEEP" && pwd); }
tree=$(cd "$tree" && pwd)
list_commands "$tree" "$count" >"$folder/commands"
echo "seed $seed"

# compile_unit NAME: unit/ into NAME.o, .record and .su, by the command of this pair.
compile_unit() {
	local record
	rm -rf .ksplice "$1".*
	(cd "$tree" && eval "$wrapper $command") >errors 2>&1 || return 1
	for record in .ksplice/unit.o.*; do
		mv "$record" "$1.record" && mv unit.o "$1.o" && mv unit.su "$1.su"
	done
}

# find_header: an included header that defines one of the inlined functions. Those that
# are included by a path from the include folders alone can be put in front of them.
find_header() {
	local names path
	names=$(sed -n 's/^inlined //p' list | shuf --random-source=<(yes "$1" 2>/dev/null) | head -n 5 |
		paste -sd '|')
	[ -n "$names" ] || return 1
	sed -n 's/^input //p' list | grep -E '(^|/)(arch/x86/)?include/(linux|asm|asm-generic|net)/' |
		(cd "$tree" && xargs grep -lE "^static .*\\b($names)\\(" 2>/dev/null) |
		shuf --random-source=<(yes "$1" 2>/dev/null) | head -n 1 >header
	path=$(cat header)
	[ -n "$path" ] || return 1
	case $path in */arch/x86/include/*) path=arch/x86/include/${path##*/include/} ;;
	*) path=include/${path##*include/} ;; esac
	echo "$path"
}

# change_unit KIND SEED: one change to unit/, described in `change`.
change_unit() {
	local path inlined
	case $1 in
	header | callee) mapfile -t inlined < <(sed -n 's/^inlined //p' list) ;;
	esac
	cp original "unit/$name"
	rm -rf unit/include unit/arch
	if [ "$1" = header ]; then
		path=$(find_header "$2") || return 3
		mkdir -p "unit/${path%/*}"
		(cd "$tree" && cat "$(cat "$OLDPWD/header")") >header.original
		"$mutate" callee "$2" header.original "${inlined[@]}" >"unit/$path" 2>change || return
		sed -i "s|^|$path: |" change
	else
		"$mutate" "$1" "$2" original "${inlined[@]}" >"unit/$name" 2>change
	fi
}

# keep_pair: for whoever looks into a disagreement.
keep_pair() {
	local kept=${KSPLICE_KEEP-}/${object//\//-}
	[ -n "${KSPLICE_KEEP-}" ] || return 0
	rm -rf "$kept"
	mkdir "$kept"
	echo "$command" >recipe
	cp -r original unit ./*.o ./*.record ./*.su list change recipe "$kept"
}

# try_object NUMBER OBJECT COMMAND SOURCE: "pair KIND FIGURES", or what went wrong.
try_object() {
	local number=$1 object=$2 source=$4 name=${4##*/} here=$PWD command kind attempt status
	source=$(cd "$tree" && readlink -f "$source")
	# What a file includes beside itself is beside its original; a changed header of
	# unit/include comes first, and is called as the original was.
	command="${3/ -I/ -I$here/unit/arch/x86/include -I$here/unit/include -I} -w
		-iquote ${source%/*} -fmacro-prefix-map=$here/unit/=
		-ffunction-sections -fdata-sections -fstack-usage -c -o $here/unit.o $here/unit/$name"
	command=${command//$'\n'/ }
	rm -rf unit
	mkdir unit
	cp "$source" original
	cp original "unit/$name"
	compile_unit pre || {
		echo "does not compile: $object: $(head -n 3 errors)"
		return
	}
	"$verdict" --list pre.record >list
	for ((attempt = 0; attempt < 4 * ${#kinds[@]}; attempt++)); do
		kind=${kinds[$(((number + attempt / 4) % ${#kinds[@]}))]}
		change_unit "$kind" "$seed $object $attempt" || { attempt=$((attempt | 3)); continue; }
		compile_unit post && break
		echo "redrawn"
	done
	[ -e post.o ] || {
		echo "no change compiles: $object"
		return
	}
	status=0
	"$verdict" "$folder/layout.o" pre post >result 2>&1 || status=$?
	sed -n "s/^functions/pair $kind/p" result
	[ $status = 0 ] && return
	keep_pair
	echo "disagreement: $object, $(cat change)"
	grep -v '^functions ' result | head -n 20
}

# The layout of this kernel's tables, by the command of any object.
IFS=$'\t' read -r _ command _ <"$folder/commands"
(cd "$tree" && eval "$command -w -I $here/../.. -c -o $folder/layout.o \
	$here/../../kmod/template/kernel_layout.c") || {
	not_ok "layout" "kernel_layout.c does not compile"
	exit 1
}

# One worker per processor, each with a share of the objects.
workers=$(nproc)
for ((worker = 0; worker < workers; worker++)); do
	mkdir "$folder/$worker"
	(
		cd "$folder/$worker" || exit 1
		awk -v n="$workers" -v i="$worker" 'NR % n == i { print NR "\t" $0 }' "$folder/commands" |
			while IFS=$'\t' read -r number object command source; do
				# shellcheck disable=SC2254 # OBJECT is a pattern
				case $object in $only) ;; *) continue ;; esac
				rm -f post.o
				try_object "$number" "$object" "$command" "$source"
			done >results 2>&1
	) &
done
wait
cat "$folder"/[0-9]*/results >"$folder/results"
problems=$(grep -v -e '^pair ' -e '^redrawn$' "$folder/results")
summary=$(awk -v redrawn="$(grep -c '^redrawn$' "$folder/results")" '
	/^pair / { pairs++; same += $3; changed += $4; other += $6; more += $7
		if ($4) effective++ }
	END { printf "%d pairs, %d functions equal, %d changed in %d pairs, %d variables " \
		"equal, %d changed; %d drawn again", pairs, same, changed, effective, other, more,
		redrawn }' "$folder/results")
awk '/^pair / { pairs[$2]++; changed[$2] += $4 }
	END { for (kind in pairs) printf "%-14s %4d pairs %6d functions changed\n", kind,
		pairs[kind], changed[kind] }' "$folder/results" | sort
check "hashes and objects agree (seed $seed): $summary" "
$problems" test -z "$problems"
# A quarter of all pairs must have changed a function, else nothing was tested.
# shellcheck disable=SC2317 # it is an argument of check
has_changes() {
	awk '/^pair / { pairs++; if ($4) effective++ }
		END { exit !(pairs && effective * 4 >= pairs) }' "$folder/results"
}
[ "$only" != '*' ] || check "there are changes" "too few to say anything" has_changes
exit "$failed"
