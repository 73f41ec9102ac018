#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# index_lookups.sh - what ksplice-index answers about a function or a file, beside what nm,
# the dependency files and the sources say
# shellcheck source=tests/differ/index_checks.sh
. "$(dirname "$0")/index_checks.sh"

tree=$KSPLICE_TREE
# A tree that was built without O= is its own source.
source=$(readlink -f "$tree")
[ ! -d "$tree/source/" ] || source=$(readlink -f "$tree/source")

# ask OPTION...: the answer, in $work/answer; its exit code in $status.
ask() {
	status=0
	"$index" "$@" "$tree" >"$work/answer" 2>"$work/err" || status=$?
}

# ---- a function ----------------------------------------------------------------------

nm -S "$tree/vmlinux" | awk '$3 ~ /^[tT]$/ && $4 == "gid_cmp" { print $1, $2 }' |
	{ read -r address size && printf '0x%s %d\n' "$address" $((0x$size)); } >"$work/nm"
line=$(grep -n '^static int gid_cmp(' "$source/kernel/groups.c" | cut -d: -f1)
ask --json --function=gid_cmp
check_equal "function: its place is nm's" \
	"$(jq -r '.found[0].place | "\(.address) \(.size)"' "$work/answer")" "$(cat "$work/nm")"
check_equal "function: proven" "$(jq '.found[0].place.proven' "$work/answer")" true
check_equal "function: one of that name" "$(jq '.found | length' "$work/answer")" 1
check_equal "function: unit and target" \
	"$(jq -r '.found[0] | "\(.object) \(.source) \(.target)"' "$work/answer")" \
	"kernel/groups.o source:kernel/groups.c vmlinux"
check_equal "function: source" "$(jq -r '.found[0] | "\(.file) \(.line)"' "$work/answer")" \
	"source:kernel/groups.c $line"
check_equal "function: hash" "$(jq -r '.found[0].hash | test("^[0-9a-f]{32}$")' "$work/answer")" true
ask -f gid_cmp
check_equal "function: for people" "$(grep -c "^  source:   kernel/groups.c:$line-" "$work/answer")" 1

# A name that is not unique: as many as nm has.
name=$(nm "$tree/vmlinux" | awk '$2 == "t" && $3 !~ /\./ { n[$3]++ }
	END { for (i in n) if (n[i] == 3) print i }' | sort | head -n 1)
ask --json -f "$name"
check_equal "function: the three places of $name" \
	"$(jq -r '.found[] | select(.name == "'"$name"'" and .target == "vmlinux") |
		.place.address' "$work/answer" | sort)" \
	"$(nm "$tree/vmlinux" | awk -v n="$name" '$3 == n { print "0x" $1 }' | sort)"
# A module of a file system, and a function of it whose name is not in vmlinux.
module=$(cd "$tree" && find fs -name '*.ko' | LC_ALL=C sort | head -n 1)
objdump -t "$tree/$module" | sed -n 's/^\([0-9a-f]*\) .* F \.text\t[0-9a-f]* \([a-z_0-9]*\)$/\1 \2/p' |
	sort -k 2 | join -1 2 -v 1 - <(nm "$tree/vmlinux" | awk '{ print $3 }' | sort) >"$work/names"
read -r name address < <(sort -k 2 "$work/names" | tail -n 1)
ask --json -f "$name"
check_equal "function: $name of $module" \
	"$(jq -r '.found[] | select(.target == "'"${module%.ko}"'") |
		"\(.place.section) \(.place.offset)"' "$work/answer")" \
	".text $(printf '0x%x' "0x$address")"
ask -f memcpy
check_equal "function: of an assembler source" "$(head -n 1 "$work/answer")" "memcpy: assembler"
ask -f __x64_sys_getppid
check_equal "function: another name" "$(head -n 1 "$work/answer")" \
	"__x64_sys_getppid: alias of __do_sys_getppid"
check_equal "function: status" $status 0

# ---- what is not there ---------------------------------------------------------------

# miss OPTION HINT: exit code 1, nothing on stdout, and the hint.
miss() {
	ask "$1"
	check_equal "$1: exit code" $status 1
	check_equal "$1: stdout" "$(cat "$work/answer")" ""
	check_equal "$1: is named" "$(grep -cF -- "${1#*=}: " "$work/err")" 1
	check_equal "$1: the hint" "$(grep -cF -- "$2" "$work/err")" 1
}

miss --function=gid_cpm gid_cmp
miss --function=printk _printk
miss --function=list_add --inliners=list_add
miss --inliners=gid_lltt gid_lt
miss --dependents=linux/schedd.h include/linux/sched.h
miss --functions=mm/groups.c kernel/groups.c
miss --dependents=../../../etc/passwd 'no recorded compile read it'
miss --function=jiffies 'is a variable'
miss --inliners=jiffies 'is a variable'
miss '--function=no_such_gid_*' 'no function with such a name'
ask --inliners=gid_cmp
check_equal "inlined nowhere" "$status $(cat "$work/answer" "$work/err")" \
	"0 ksplice-index: gid_cmp: was inlined into no function"
ask '--function=gid_cm?'
cp "$work/answer" "$work/by_pattern"
ask --function=gid_cmp
check_equal "function: by a pattern" "$(cat "$work/by_pattern")" "$(cat "$work/answer")"
# list_functions PATTERN...: each once; an alias is there under its function's name, too
list_functions() {
	local pattern
	for pattern; do
		ask --json "--function=$pattern"
		jq -r '.found[] | "\(.object) \(.name)"' "$work/answer"
	done | LC_ALL=C sort -u
}
list_functions '*' >"$work/all"
check_equal "function: all of them" "$(wc -l <"$work/all") $(sha256sum <"$work/all")" \
	"$(list_functions '[a-m]*' '[^a-m]*' | tee "$work/parts" | wc -l) $(sha256sum <"$work/parts")"
ask --json --function=gid_cpm
check_equal "json: the error" "$(jq -r .result "$work/answer")" error
ask -f gid_cmp -d kernel/groups.c
check_equal "two questions" "$status $(grep -c 'one query is possible' "$work/err")" "1 1"

# ---- a file, under all its names -----------------------------------------------------

wanted=$(nm "$tree/kernel/groups.o" | awk '$2 ~ /^[tT]$/ && $3 !~ /^__(pfx|cfi)_/ { print $3 }' |
	sort)
ask --functions=kernel/groups.c
check_equal "functions: those of the object" "$(awk '{ print $2 }' "$work/answer" | sort)" "$wanted"
ask --json --functions=kernel/groups.c
check_equal "functions: json" "$(jq -r '.units[].functions[].name' "$work/answer" | sort)" "$wanted"
ask -d kernel/groups.c
cp "$work/answer" "$work/units"
check_equal "dependents: of a source" "$(cat "$work/units")" "kernel/groups.o kernel/groups.c vmlinux"
paths=("$source/kernel/groups.c" source:kernel/groups.c ./mm/../kernel/groups.c)
[ "$source" = "$tree" ] || paths+=("$tree/source/kernel/groups.c")
for path in "${paths[@]}"; do
	ask -d "$path"
	check_equal "dependents: $path" "$(cat "$work/answer")" "$(cat "$work/units")"
done
cd "$source/kernel"
ask -d groups.c
check_equal "dependents: from the folder it is in" "$(cat "$work/answer")" "$(cat "$work/units")"
cd "$top"

# fixdep leaves a list of a compile's inputs, too.
ask -d include/linux/ratelimit.h
find "$tree" -name '.*.o.cmd' -print0 |
	xargs -0 grep -lE '^ +.*[ /]include/linux/ratelimit\.h( |$)' |
	sed "s|^$tree/||; s|/\.\([^/]*\)\.cmd$|/\1|" | sort >"$work/wanted"
sqlite3 "$tree/.ksplice/index.db" "SELECT object FROM unit WHERE state = 'recorded'" |
	sort >"$work/recorded"
check_equal "dependents: what fixdep says" "$(awk '{ print $1 }' "$work/answer" | sort | sha256sum)" \
	"$(comm -12 "$work/wanted" "$work/recorded" | sha256sum)"
check_equal "dependents: some" "$(awk 'END { print (NR > 100) }' "$work/answer")" 1
ask -d include/generated/autoconf.h
check_equal "dependents: a file of the object tree" \
	"$(awk 'END { print (NR > 1000) }' "$work/answer")" 1

# ---- who inlined it ------------------------------------------------------------------

ask --inliners=gid_lt
check_equal "inliners: gid_cmp did" "$(grep -c '^kernel/groups.o gid_cmp kernel/groups.c:' \
	"$work/answer")" 1
ask --json --inliners=gid_lt
check_equal "inliners: json" "$(jq '[.into[].name] | index("gid_cmp") != null' "$work/answer")" true
check_equal "inliners: each says so itself" \
	"$(jq '[.into[] | select(.inlined | index("gid_lt") | not)] | length' "$work/answer")" 0
ask --inliners=start_kernel
check_equal "inliners: of what was inlined nowhere" "$status $(cat "$work/answer")" "0 "
exit $failed
