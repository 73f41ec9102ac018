#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_nmi.sh - while two functions are replaced and put back again and again, NMIs call
# them at every moment, also while the machine stands still: each call gives the old or the
# new result
#
# The harness fails the test if the kernel reports anything.

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

build_modules "$top/tests/kmod/nmi_storm"
make_patch lib/math/gcd.c \
	'/^unsigned long gcd(/,/^}/ { s/return a << __ffs(r);/return (a << __ffs(r)) + 1000000;/; s/return r & -r;/return (r \& -r) + 1000000;/ }' \
	"$work/gcd.patch"
make_patch kernel/time/time.c '/^time64_t mktime64(/,/^}/ s/)\*60 + sec;/)*60 + sec + 1000000;/' \
	"$work/mktime.patch"
cat "$work/gcd.patch" "$work/mktime.patch" >"$work/both.patch"
update=$(create_update "$work/both.patch")

boot --file "$update" --file "$work/nmi_storm/nmi_storm.ko" <<EOS
id=$(name_id "$update")
cycles=25
$(
	cat <<'EOG'
file=ksplice-$id.tar.gz
state=/sys/kernel/ksplice/$id/state

count() {
	cat /sys/module/nmi_storm/parameters/$1
}

# has_counted NAME: more than $before.
has_counted() {
	[ "$(count $1)" -gt "$before" ]
}

# Under TCG a handler may be slow, which the kernel would report.
echo 10000000000 >/sys/kernel/debug/x86/nmi_longest_ns
modprobe ksplice
kernel_text save /tmp/before
apply "$file"
undo "$id"
[ ! -e $state ] || fail "still loaded"

start=$(cat /sys/module/ksplice/sections/.text)
size=$(awk '$1 == "ksplice" { print $2 }' /proc/modules)
insmod nmi_storm.ko core_start=$start core_size=$size
i=0
while [ $i -lt $cycles ]; do
	before=$(count new_results)
	apply "$file"
	[ "$(cat $state)" = applied ] || fail "not applied"
	wait_until has_counted new_results
	undo "$id"
	i=$((i + 1))
done
before=$(count old_results)
wait_until has_counted old_results
echo "$cycles cycles: $(count nmis) NMIs, $(count nmis_in_core) of them in ksplice.ko," \
	"$(count old_results) old and $(count new_results) new results," \
	"$(count wrong_results) others"
[ "$(count wrong_results)" = 0 ] || fail "results that are neither the old nor the new"
[ "$(count nmis_in_core)" -ge $cycles ] || fail "too few NMIs while the machine stood still"
rmmod nmi_storm
kernel_text compare /tmp/before
rmmod ksplice
EOG
)
EOS
