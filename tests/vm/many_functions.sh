# shellcheck shell=bash disable=SC2154 # the variables of session.sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# many_functions.sh - an update of many functions of the core kernel that changes nothing
# but the code: an instruction more at a "return 0" and the like. Sourced, after session.sh.

# shellcheck disable=SC2154 # source, work, tree and top are of session.sh
many_files='kernel/fork.c kernel/signal.c fs/open.c fs/namei.c fs/pipe.c mm/mmap.c
	net/ipv4/tcp_input.c'

# touch_functions FILE LIMIT: the file with at most LIMIT functions changed. Left out are
# functions that run at boot only, and those that an attribute put into a section with
# others.
touch_functions() {
	awk -v limit="$2" '
	/^[a-zA-Z_]/ && !/;$/ { signature = signature " " $0 }
	/^\{/ {
		inside = signature !~ /__init|__exit|__sched|noinstr|__meminit|__ref/
		counted = 0
	}
	/^}/ { inside = 0; signature = "" }
	/;$/ && !inside && /^[a-zA-Z_]/ { signature = "" }
	inside && /^\t+return (0|ret|err|error|retval|true|false);$/ {
		if (!counted)
			count++
		counted = 1
		if (count <= limit) {
			match($0, /^\t+/)
			print substr($0, 1, RLENGTH) "{ asm volatile(\"nop\"); " substr($0, RLENGTH + 1) " }"
			next
		}
	}
	{ print }' "$1"
}

# make_many LIMIT [FILE...]: the patch, at most LIMIT functions of each file, without those
# files
make_many() {
	local limit=$1 file
	shift
	: >"$work/many.patch"
	for file in $many_files; do
		case " $* " in *" $file "*) continue ;; esac
		mkdir -p "$work/a/${file%/*}" "$work/b/${file%/*}"
		cp "$source/$file" "$work/a/$file"
		touch_functions "$source/$file" "$limit" >"$work/b/$file"
		(cd "$work" && diff -u "a/$file" "b/$file") >>"$work/many.patch" || [ $? = 1 ]
	done
}

# create_many LIMIT: what ksplice-create says of the update is in $work/json. Functions that
# cannot be replaced are named, all of them; their files are left out.
create_many() {
	local limit=$1 status=0 refused
	make_many "$limit"
	"$top/build/bin/ksplice-create" --quiet --json --patch="$work/many.patch" \
		--output="$work" "$tree" >"$work/json" 2>/dev/null || status=$?
	if [ $status = 2 ]; then
		jq -r '.findings[] | select(.consequence == "refused") |
			.kind + ": " + .object + ": " + .name + ": " + .text' "$work/json"
		mapfile -t refused < <(jq -r '.findings[] | select(.consequence == "refused") |
			.object | sub("\\.o$"; ".c")' "$work/json" | sort -u)
		[ ${#refused[@]} -gt 0 ] || fail "$(cat "$work/json")"
		make_many "$limit" "${refused[@]}"
		"$top/tests/create_audited" --quiet --json --patch="$work/many.patch" \
			--output="$work" "$tree" >"$work/json" || fail "$(cat "$work/json")"
	fi
}
