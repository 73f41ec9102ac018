# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# match_session.sh - the run-pre match of every function of vmlinux and of the modules that
# load in a guest; test_match_all.sh and tests/long/match_all.sh source it
#
# The boot parameters decide what boot makes of the code. Each boot first shows that they
# had the effect that they are there for.

# shellcheck source-path=SCRIPTDIR source=session.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/session.sh"

# These do not stay in a guest, which has neither the device nor the firmware.
match_modules() {
	sed 's/\.ko$//' "$tree/modules.order" | grep -vE '/(x86_pkg_temp_thermal|efivarfs)$'
}

# count_functions OUTPUT: of all targets of a ksplice-match.
count_functions() {
	sed -nE 's/^ksplice-match: .*: ([0-9]+) functions with .*/\1/p' "$1" |
		awk '{ sum += $1 } END { print sum + 0 }'
}

# count_symbols FILE...: different places in the text that are functions' with a size
count_symbols() {
	local file
	for file; do
		readelf -SW "$file" | sed -nE 's/^ *\[ *([0-9]+)\] \.text(\.unlikely)? .*/\1/p' >"$work/text"
		readelf -sW "$file" | awk -v sections="$(tr '\n' ' ' <"$work/text")" '
			BEGIN { n = split(sections, list); for (i = 1; i <= n; i++) wanted[list[i]] = 1 }
			$4 == "FUNC" && $3 + 0 && ($7 in wanted) { print $7, $2 }' | sort -u
	done | wc -l
}

# make_match NAME MODULE...: $work/NAME.tar.gz matches all functions of vmlinux, or of the
# modules. $matched grows.
matched=0
make_match() {
	local name=$1 module options=() files=()
	shift
	for module; do
		options+=("--module=$module")
		files+=("$tree/$module.ko")
	done
	[ $# -gt 0 ] || files=("$tree/vmlinux")
	mkdir "$work/$name"
	"$top/build/bin/ksplice-match" "${options[@]}" --output="$work/$name" "$tree" \
		>"$work/$name/out" 2>"$work/$name/err" || { cat "$work/$name/err"; return 1; }
	mv "$(cat "$work/$name/out")" "$work/$name.tar.gz"
	local found symbols assembler
	found=$(count_functions "$work/$name/err")
	symbols=$(count_symbols "${files[@]}")
	echo "$name: $found functions are matched; $symbols are in the text"
	# Those of assembler are not matched, as no update replaces them. The index has counted
	# them: from assembler sources, and from asm statements in C.
	assembler=$(jq ".$name | .assembler + .inline_assembler" "$work/coverage")
	[ $((found + assembler)) -ge "$symbols" ] ||
		fail "$name: too few, as $assembler are assembler's"
	matched=$((matched + found))
}

# match_boot CPU SMP PARAMETERS: the guest script on stdin shows that they had their effect.
match_boot() {
	echo "-- CPU $1, $2 of them, boot parameters: ${3:-none}"
	{
		cat
		while read -r module; do
			echo "modprobe ${module##*/}"
		done < <(match_modules)
		cat <<-EOS
		modprobe ksplice
		tar xzf vmlinux.tar.gz
		tar xzf modules.tar.gz
		for part in */*.ko; do
			ask_core "\$part" || fail "the match of \$part failed"
		done
		# One line for each function that the core has matched
		matched=\$(cat /sys/kernel/ksplice/*/functions | wc -l)
		[ "\$matched" = $matched ] || fail "the core has matched \$matched functions"
		sed 's/ .*//; s/^/rmmod /' /proc/modules | grep ksplice_ | sh -e
		EOS
	} >"$work/guest"
	KSPLICE_CPU=$1 boot --smp "$2" --mem 768 --append "$3" \
		--file "$work/vmlinux.tar.gz" --file "$work/modules.tar.gz" <"$work/guest"
}

"$top/build/bin/ksplice-index" --json "$tree" >"$work/coverage" || fail "no coverage"
make_match vmlinux
mapfile -t match_list < <(match_modules)
make_match modules "${match_list[@]}"
# The number of the kernel of test.config; another kernel has its own.
case $(cat "$tree/include/config/kernel.release") in
*-ksplicetest) [ "$matched" -ge 30000 ] || fail "only $matched functions" ;;
esac
echo "$matched functions in each boot"
