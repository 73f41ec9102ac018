#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# index_coverage.sh - every object of the kernel has its record, and every function symbol
# of vmlinux and the modules is known: unit, source range, hash, and a place proven by bytes
#
# What there is to know is counted with ar, readelf and find, not with our own reader.
# shellcheck source=tests/differ/index_checks.sh
. "$(dirname "$0")/index_checks.sh"

"$index" --check --json "$KSPLICE_TREE" >"$work/index.json" || check_equal "--check" "exit code $?" 0
jq 'with_entries(select(.value | type != "array"))' "$work/index.json"

# count KEY: a number of the answer.
count() {
	jq ".$1" "$work/index.json"
}

# ---- the objects --------------------------------------------------------------------

(cd "$KSPLICE_TREE" && {
	for archive in vmlinux.a lib/lib.a arch/x86/lib/lib.a; do
		[ ! -e $archive ] || ar t $archive
	done
	ls .vmlinux.export.o init/version-timestamp.o
	sed 's/\.ko$/.mod/' modules.order | xargs cat
}) | sort -u >"$work/objects"
while read -r object; do
	if grep -q "^source_$object := .*\.S$" "$KSPLICE_TREE/${object%/*}/.${object##*/}.cmd" \
		2>/dev/null; then echo "$object"; fi
done <"$work/objects" >"$work/assembled"
check_equal "the number of objects" "$(count objects)" "$(wc -l <"$work/objects")"
check_equal "objects without a record" "$(count unrecorded)" 0
check_equal "every object is accounted for" \
	"$(count '| .recorded + .unrecorded + .assembly + .excluded')" "$(count objects)"
jq -r '.excluded_objects[].object' "$work/index.json" | sort >"$work/excluded"
check_equal "the number of assembled objects" "$(count assembly)" \
	"$(comm -23 "$work/assembled" "$work/excluded" | wc -l)"
check_equal "an excluded object without a reason" \
	"$(jq '[.excluded_objects[] | select(.reason | length < 5)] | length' "$work/index.json")" 0

# ---- the functions ------------------------------------------------------------------

# list_functions ELF: "address name" of each function symbol in a code section.
list_functions() {
	readelf -SW "$1" | sed 's/^ *\[ *\([0-9]*\)\]/\1/' |
		awk '$1 ~ /^[0-9]+$/ && $8 ~ /X/ { print $1 }' >"$work/code"
	readelf -sW "$1" | awk 'NR == FNR { code[$1]; next }
		$4 == "FUNC" && $7 in code { print $2, $8 }' "$work/code" -
}

# known_functions SELECTION: the counts of the known kinds, added up.
known_functions() {
	count "$1 | to_entries | map(select(.key | test(\"$2\"))) | map(.value) | add"
}

list_functions "$KSPLICE_TREE/vmlinux" | sort >"$work/functions"
check_equal "function symbols of vmlinux" "$(known_functions vmlinux '^[^_]*(_assembler)?$')" \
	"$(wc -l <"$work/functions")"
check_equal "C functions of vmlinux that are not known" \
	"$(count 'vmlinux | .functions - .functions_known')" 0
check_equal "per cent" "$(count 'vmlinux.functions_percent == 100')" true
check_equal "any function that is not known" "$(count 'unknown_functions | length')" 0
while read -r module; do
	list_functions "$KSPLICE_TREE/$module"
done <"$KSPLICE_TREE/modules.order" | wc -l >"$work/module_functions"
check_equal "function symbols of the modules" "$(known_functions modules '^[^_]*(_assembler)?$')" \
	"$(cat "$work/module_functions")"
check_equal "of these known" "$(known_functions modules '_known$')" "$(cat "$work/module_functions")"

# The places in the index, beside the addresses that readelf gives: each symbol but those
# that the linker script made is in it, under its name.
sqlite3 "$KSPLICE_TREE/.ksplice/index.db" "
	SELECT printf('%x', place.address + symbol.offset) || ' ' || name.name
	FROM symbol JOIN unit ON unit.number = symbol.unit
	JOIN place ON place.unit = symbol.unit AND place.section = symbol.section
	JOIN name ON name.number = symbol.name
	WHERE unit.target = 'vmlinux' AND place.state = 1" | sort >"$work/placed"
missing=$(comm -23 "$work/functions" "$work/placed" | awk '{ print $2 }' | tr '\n' ' ')
made_by_linker=$(awk '$2 == "ftrace_ops_list_func" { print $2 " " }' "$work/functions")
check_equal "functions of vmlinux that no object has there" "$missing" "$made_by_linker"

# ---- the index says it when the proof fails ------------------------------------------

# A module, the largest function of its text, and an object of it.
module=$(head -n 1 "$KSPLICE_TREE/modules.order")
part=$(head -n 1 "$KSPLICE_TREE/${module%.ko}.mod")
text=$(readelf -SW "$KSPLICE_TREE/$module" |
	sed -n 's/^ *\[ *\([0-9]*\)\] \.text .*/\1/p')
function=$(readelf -sW "$KSPLICE_TREE/$module" | awk -v text="$text" '
	$4 == "FUNC" && $7 == text && $3 > size { size = $3; name = $8 } END { print name }')

copy=$work/copy
copy_tree "$copy" vmlinux "$module"

# holes COPY: what --check complains of, and that it does.
holes() {
	local status=0
	"$index" --check --json "$1" >"$work/holes.json" 2>"$work/err" || status=$?
	echo "$status $(jq -r '[.unknown_functions[].symbol] | index("'"$2"'") != null' "$work/holes.json")"
}

check_equal "a copy of the tree" "$(holes "$copy" gid_cmp)" "0 false"
# The first byte, because a function may end in a field that is relocated.
offset=$(find_symbol "$copy/vmlinux" gid_cmp)
flip_byte "$copy/vmlinux" "$offset"
check_equal "one byte of vmlinux is another" "$(holes "$copy" gid_cmp)" "2 true"
check_equal "others are known still" "$(jq '[.unknown_functions[].symbol] | index("vfs_read")' \
	"$work/holes.json")" null
flip_byte "$copy/vmlinux" "$offset"
check_equal "and back" "$(holes "$copy" gid_cmp)" "0 false"

offset=$(find_symbol "$copy/$module" "$function")
flip_byte "$copy/$module" "$offset"
holes "$copy" "$function" >"$work/verdict"
check_equal "one byte of a module is another: $module, $function" "$(cut -d' ' -f2 "$work/verdict")" \
	true
flip_byte "$copy/$module" "$offset"

# ---- an update that is not needed, and one that is -----------------------------------

before=$(sha256sum <"$KSPLICE_TREE/.ksplice/index.db")
"$index" "$KSPLICE_TREE" >"$work/text"
check_equal "a second run changes nothing" "$(sha256sum <"$KSPLICE_TREE/.ksplice/index.db")" "$before"
grep -q '^  unrecorded: *0$' "$work/text" || check_equal "the text says so too" no yes
grep -q '^  C functions .* = 100.00 %$' "$work/text" || check_equal "the text has the coverage" no yes

# The facts, whatever numbers they were given.
facts() {
	sqlite3 "$1/.ksplice/index.db" "
		SELECT unit.object, place.section, place.address, place.state, place.output
		FROM place JOIN unit ON unit.number = place.unit ORDER BY 1, 2;
		SELECT unit.object, name.name, hex(function.hash), file.path, first_line, last_line
		FROM function JOIN unit ON unit.number = function.unit
		JOIN name ON name.number = function.name
		LEFT JOIN file ON file.number = function.file ORDER BY 1, 2;
		SELECT unit.object, name.name, section, offset, size, kind, function
		FROM symbol JOIN unit ON unit.number = symbol.unit
		JOIN name ON name.number = symbol.name ORDER BY 1, 2, 3, 4;
		SELECT object, source, target, link_order, state, reason, record_stamp, object_stamp
		FROM unit ORDER BY 1; SELECT * FROM target ORDER BY 1"
}

# Some objects with records that are new, some without, one that is gone; then all back.
"$index" "$copy" >"$work/text"
facts "$copy" >"$work/facts"
mkdir "$work/away"
for object in kernel/groups.o mm/mincore.o "$part"; do
	mv "$copy/.ksplice/$object.json.zst" "$work/away/${object//\//-}"
done
touch "$copy/.ksplice/fs/open.o.json.zst"
mv "$copy/kernel/cred.o" "$work/away/cred.o"
"$index" --verbose "$copy" >"$work/text" 2>"$work/err" || true
check_equal "without a record" "$(grep -c -e '^unrecorded: kernel/groups\.o' -e '^unrecorded: mm/mincore\.o' \
	-e "^unrecorded: $part" "$work/text")" 3
check_equal "without an object" "$(grep -c '^not known: vmlinux: prepare_creds (kernel/cred.o)' \
	"$work/text")" 1
for object in kernel/groups.o mm/mincore.o "$part"; do
	mv "$work/away/${object//\//-}" "$copy/.ksplice/$object.json.zst"
done
touch -r "$KSPLICE_TREE/.ksplice/fs/open.o.json.zst" "$copy/.ksplice/fs/open.o.json.zst"
mv "$work/away/cred.o" "$copy/kernel/cred.o"
"$index" "$copy" >"$work/text"
facts "$copy" >"$work/facts_again"
check_equal "updated to the same facts" "$(cmp "$work/facts" "$work/facts_again" 2>&1)" ""
rm "$copy/.ksplice/index.db"
"$index" "$copy" >"$work/text"
facts "$copy" >"$work/facts_again"
check_equal "made anew to the same facts" "$(cmp "$work/facts" "$work/facts_again" 2>&1)" ""
exit $failed
