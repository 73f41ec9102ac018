#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_apply_parts.sh - what ksplice-apply says and does of an update with several parts: those
# whose module is not loaded are left out and named, those that do not fit too with
# --partial, and refused without; all go in and out together, and nothing stays behind

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

need_modules drivers/block/loop drivers/net/dummy

patch_loadavg "$work/loadavg.patch"
make_patch drivers/block/loop.c \
	'/^static ssize_t loop_attr_sizelimit_show(/,/^}/ s/"%llu\\n"/"limit %llu\\n"/' \
	"$work/loop.patch"
make_patch drivers/net/dummy.c \
	'/^static void dummy_setup(/,/^}/ s/^\tether_setup(dev);/&\n\tdev->mtu = 1234;/' \
	"$work/dummy.patch"
cat "$work"/{loadavg,loop,dummy}.patch >"$work/three.patch"
update=$(create_update "$work/three.patch")
only=$(create_update "$work/dummy.patch")

# The same for another build of loop, as its manifest says, which nobody signs.
mkdir "$work/other"
tar -xzf "$update" -C "$work/other"
manifest=$(echo "$work"/other/ksplice-*/manifest.json)
jq '(.targets[] | select(.name == "loop") | .build_id) = "0123456789abcdef"' "$manifest" \
	>"$work/manifest"
mv "$work/manifest" "$manifest"
tar -czf "$work/other.tar.gz" -C "$work/other" .

# The second instruction of a function in loop, for a breakpoint.
listing=$(objdump -d --disassemble=loop_attr_do_show_sizelimit "$tree/drivers/block/loop.ko" |
	sed -n 's/^ *\([0-9a-f]*\)\(:\| <loop_attr_do_show_sizelimit>:\).*/\1/p')
place=$(printf '0x%x' $((0x$(sed -n 3p <<<"$listing") - 0x$(sed -n 1p <<<"$listing"))))

# One that is for vmlinux alone, and is applied after the others of a folder.
patch_nanosleep "$work/nanosleep.patch"
last=$(create_update "$work/nanosleep.patch")
mkdir "$work/last"
tar -xzf "$last" -C "$work/last"
sed -i 's/"created": "[^"]*"/"created": "2101-01-01T00:00:00Z"/' "$work"/last/*/manifest.json
tar -czf "$work/last.tar.gz" -C "$work/last" "ksplice-$(name_id "$last")"

[ "$(jq '.targets | length' "$manifest")" = 3 ] || fail "not three parts"

boot --file "$update" --file "$only" --file "$work/other.tar.gz" \
	--file "$work/last.tar.gz" <<EOS
last=$(name_id "$last")
id=$(name_id "$update")
only=$(name_id "$only")
place=$place
$(
	cat <<'EOG'
file=ksplice-$id.tar.gz

loop_limit() {
	losetup /dev/loop0 /root/other.tar.gz
	cat /sys/block/loop0/loop/sizelimit
	losetup -d /dev/loop0
}

# expect_new WHAT...: of loadavg and loop, these have their new code.
expect_new() {
	local loadavg=old loop=old
	grep -q '^patched' /proc/loadavg && loadavg=new
	[ "$(loop_limit)" != "limit 0" ] || loop=new
	[ "loadavg $loadavg, loop $loop" = "loadavg $1, loop $2" ] ||
		fail "loadavg $loadavg, loop $loop instead of $1, $2"
}

expect_nothing_loaded() {
	expect_not grep '^ksplice_' /proc/modules
	[ -z "$(ls /run/ksplice 2>/dev/null)" ] || fail "a record is left"
}

mkdir -p /run
modprobe ksplice
modprobe loop
kernel_text save /tmp/before >/dev/null

# A module that is not loaded is named; the others go in as one.
expect_status 0 ksplice-apply $file
cat /tmp/out
expect_output "^Update $id applied: 2 functions" '^Left out: dummy: is not loaded'
expect_new new new
expect_status 0 ksplice-view
expect_output "^$id +applied +vmlinux,loop|^$id +applied +loop,vmlinux"
expect_status 0 ksplice-view $id
cat /tmp/out
expect_output "^  vmlinux: applied, as ksplice_${id}\$" "^  loop: applied, as ksplice_${id}_loop\$" \
	'^target: +loop, build-id [0-9a-f]+'
expect_status 3 ksplice-apply $file
expect_status 0 ksplice-undo --json $id
expect_output '"result": "reversed"'
expect_new old old
expect_nothing_loaded

# Nothing that it changes is loaded: it waits (test_waiting.sh).
expect_status 0 ksplice-apply ksplice-$only.tar.gz
expect_output "^Update $only waits for a module that it changes to be loaded: dummy\$"
expect_not grep '^ksplice_' /proc/modules
undo $only
expect_nothing_loaded

# In a folder: what was left out of one update is not said of the next.
mkdir pair
cp ksplice-$only.tar.gz pair/
cp last.tar.gz pair/ksplice-last.tar.gz
expect_status 0 ksplice-apply pair
cat /tmp/out
expect_output '^Left out: dummy: is not loaded' "^Update $last applied"
[ "$(grep -c '^Left out' /tmp/out)" = 1 ] || fail "left out more than once"
undo $last
undo $only
expect_status 0 ksplice-apply --json pair
expect_output '"result": "applied"'
[ "$(grep -c '"left_out"' /tmp/out)" = 1 ] || fail "left out more than once"
undo --all

# --on-mismatch holds only if the update was applied.
echo refuse >/sys/kernel/ksplice/on_mismatch
expect_status 2 ksplice-apply --on-mismatch leave other.tar.gz
start_sleeper
expect_status 4 ksplice-apply --deadline 0 --on-mismatch leave last.tar.gz
end_sleeper
[ "$(cat /sys/kernel/ksplice/on_mismatch)" = refuse ] || fail "--on-mismatch was left set"
[ -z "$(ls /run/ksplice)" ] || fail "a record is left"

# A part that does not fit.
expect_status 2 ksplice-apply other.tar.gz
cat /tmp/out
expect_output 'made for a module loop with build-id 0123456789abcdef; the loaded one has'
expect_new old old
expect_nothing_loaded
expect_status 0 ksplice-apply --partial --json other.tar.gz
expect_output '"target": "loop"' '"reason": "other-module"' '"reason": "not-loaded"'
expect_new new old
undo $id
expect_nothing_loaded

# A change in memory that the part notices: a breakpoint.
echo 0 >/proc/sys/debug/kprobes-optimization
echo "p:limit loop:loop_attr_do_show_sizelimit+$place" >/sys/kernel/tracing/kprobe_events
echo 1 >/sys/kernel/tracing/events/kprobes/limit/enable
expect_status 2 ksplice-apply $file
cat /tmp/out
expect_output 'loop'
expect_nothing_loaded
expect_status 0 ksplice-apply --partial $file
cat /tmp/out
expect_output '^Left out: loop: '
expect_new new old
undo $id
echo 0 >/sys/kernel/tracing/events/kprobes/limit/enable
echo >/sys/kernel/tracing/kprobe_events

# What becomes of modules that come later.
expect_status 1 ksplice-apply --on-mismatch perhaps $file
expect_output 'perhaps: must be refuse or leave'
expect_status 0 ksplice-apply --on-mismatch leave $file
[ "$(cat /sys/kernel/ksplice/on_mismatch)" = leave ] || fail "--on-mismatch is not set"
case $(cat /sys/kernel/ksplice/helper) in
*/ksplice-apply) ;;
*) fail "the core does not know its helper" ;;
esac

# Killed between its parts: what is left is shown, and goes.
undo $id
count=$(kill_at count ksplice-apply --quiet $file)
undo $id
for step in $(seq $((count - 60)) 3 "$count"); do
	kill_at "$step" 9 ksplice-apply $file >/dev/null 2>&1 || true
	if grep -q "^ksplice_$id" /proc/modules; then
		ksplice-view | sed -n "s/^$id *\([a-z]*\) .*/\1/p" >>/tmp/found
		undo $id
	fi
	expect_not grep '^ksplice_' /proc/modules
done
sort /tmp/found | uniq -c
for state in loaded applied; do
	grep -qx $state /tmp/found || fail "no kill led to: $state"
done
expect_new old old
kernel_text compare /tmp/before >/tmp/out || fail "$(cat /tmp/out)"
EOG
)
EOS
