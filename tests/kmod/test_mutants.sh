#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_mutants.sh - archives and modules that were cut short, have flipped bits, or are for
# another kernel or version are refused by name, in bounded time; ksplice.ko alone refuses
# modules with flipped bits in the tables that it reads, or what it loads is harmless
#
# KSPLICE_MUTANTS: how many of the first (100), and a fifth as many of the second.

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

patch_getppid "$work/getppid.patch"
update=$(create_update "$work/getppid.patch")
id=$(name_id "$update")

# Where the tables are in the module's file: start and size, for mutate_file.
tar -xzf "$update" -C "$work"
module=$(echo "$work"/ksplice-"$id"/*.ko)
readelf -SW "$module" |
	sed -nE 's/^ *\[ *[0-9]+\] \.ksplice\.[a-z]+ +PROGBITS +[0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+) .*/0x\1 0x\2/p' >"$work/ranges"
[ "$(wc -l <"$work/ranges")" -ge 5 ] || fail "the module's tables are not found"

boot --timeout 3600 --file "$update" --file "$work/ranges" <<EOS
mutants=${KSPLICE_MUTANTS:-100}
id=$id
$(
	cat <<'EOG'
archive=ksplice-$id.tar.gz
tar -xzf $archive -C /tmp
folder=/tmp/ksplice-$id
module=$(cd $folder && echo *.ko)
cp $folder/$module $folder/manifest.json /tmp/
size=$(wc -c <$archive)
gunzip -c $archive >/tmp/content

# Puts the folder's files into /tmp/mutant.tar.gz.
pack() {
	tar -czf /tmp/mutant.tar.gz -C /tmp ksplice-$id
	cp /tmp/$module /tmp/manifest.json $folder/
}

# make_mutant SEED: makes /tmp/mutant.tar.gz, and says in $expected what is to be refused.
make_mutant() {
	local digits
	digits=$(printf '%08x' $(($1 * 2654435761 % 4294967296)))
	expected='is damaged|is no update'
	case $(($1 % 8)) in
	0 | 1) mutate_file cut $1 $archive /tmp/mutant.tar.gz ;;
	# Nobody reads the 10 bytes of gzip's header but the first four.
	2 | 3) mutate_file flip $1 $archive /tmp/mutant.tar.gz 10 $((size - 10)) ;;
	4) mutate_file cut $1 /tmp/$module $folder/$module && pack ;;
	5 | 6) mutate_file flip $1 /tmp/$module $folder/$module && pack ;;
	7)
		case $(($1 / 8 % 3)) in
		0) set -- 'made for kernel' "s/\"build_id\": \"......../\"build_id\": \"$digits/" ;;
		1) set -- 'has manifest format' "s/\"format\": [0-9]*/\"format\": 1$1/" ;;
		2) set -- 'has no valid id' "s/\"id\": \"./\"id\": \".$digits/" ;;
		esac
		expected=$1
		sed "$2" /tmp/manifest.json >$folder/manifest.json
		echo "$2"
		pack
		;;
	esac >/tmp/what
}

modprobe ksplice
kernel_text save /tmp/before >/dev/null
slowest=0
same=0
for seed in $(seq "$mutants"); do
	make_mutant "$seed"
	# A bit of the compressed stream that means nothing: the content is not damaged.
	if gunzip -c /tmp/mutant.tar.gz 2>/dev/null | cmp -s - /tmp/content; then
		same=$((same + 1))
		continue
	fi
	start=$(date +%s)
	status=0
	timeout 120 ksplice-apply /tmp/mutant.tar.gz >/tmp/out 2>&1 || status=$?
	took=$(($(date +%s) - start))
	[ $took -le $slowest ] || slowest=$took
	[ $status = 1 ] || [ $status = 2 ] ||
		fail "mutant $seed ($(cat /tmp/what)): status $status: $(cat /tmp/out)"
	expect_output "^ksplice-apply: [^ ]+: .*($expected)"
	sed -E 's/.*(is damaged|is no update|made for kernel|has manifest format|has no valid id).*/\1/; 2,$d' \
		/tmp/out >>/tmp/kinds
	expect_not grep '^ksplice_' /proc/modules
done
echo "$mutants mutants, of which $same with the same content; the slowest took $slowest s:"
[ $((same * 50)) -le "$mutants" ] || fail "too many are no mutants"
sort /tmp/kinds | uniq -c
kernel_text compare /tmp/before >/tmp/out || fail "$(cat /tmp/out)"

# The core alone.
refused=0 loaded=0
for seed in $(seq $((mutants / 5))); do
	# shellcheck disable=SC2046 # words
	mutate_file flip "$seed" /tmp/$module /tmp/mutant.ko $(cat ranges) >/tmp/what
	status=0
	timeout 120 ask_core /tmp/mutant.ko >/tmp/out 2>&1 || status=$?
	case $status in
	2) refused=$((refused + 1)) ;;
	0)
		loaded=$((loaded + 1))
		echo "mutant $seed is loaded: $(cat /tmp/what)"
		rmmod "$(sed -n 's/^\(ksplice_[^ ]*\) .*/\1/p' /proc/modules)"
		;;
	*)
		# The kernel's own loader wants zeros where relocations will be.
		dmesg | tail -n 3 | grep -q 'Skipping invalid relocation target' ||
			fail "mutant $seed ($(cat /tmp/what)): no reason: $(cat /tmp/out)"
		refused=$((refused + 1))
		;;
	esac
done
echo "ksplice.ko alone: $refused refused, $loaded loaded and not applied"
[ $((loaded * 5)) -lt $refused ] || fail "too many are not noticed"
kernel_text compare /tmp/before >/tmp/out || fail "$(cat /tmp/out)"
apply $archive
undo $id
kernel_text compare /tmp/before >/tmp/out || fail "$(cat /tmp/out)"
EOG
)
EOS
