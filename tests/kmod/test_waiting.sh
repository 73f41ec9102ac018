#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_waiting.sh - an update that changes only modules that are not loaded waits for them:
# the core knows it, ksplice-view shows it, it can be undone, and the module is patched before
# its own init runs, or refused. It does not get lost when its part cannot be loaded

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

need_modules drivers/block/loop drivers/net/dummy

make_patch drivers/net/dummy.c \
	'/^static void dummy_setup(/,/^}/ s/^\tether_setup(dev);/&\n\tdev->mtu = 1234;/' \
	"$work/dummy.patch"
make_patch drivers/block/loop.c \
	'/^static ssize_t loop_attr_sizelimit_show(/,/^}/ s/"%llu\\n"/"limit %llu\\n"/' \
	"$work/loop.patch"
cat "$work"/{dummy,loop}.patch >"$work/two.patch"
patch_loadavg "$work/loadavg.patch"
one=$(create_update "$work/dummy.patch")
two=$(create_update "$work/two.patch")
other=$(create_update "$work/loadavg.patch")

grep '^CONFIG_MODULE' "$tree/.config" >"$work/config"
boot --file "$one" --file "$two" --file "$other" --file "$work/config" <<EOS
one=$(name_id "$one")
two=$(name_id "$two")
other=$(name_id "$other")
$(
	cat <<'EOG'
grep . config >/tmp/config
file=ksplice-$one.tar.gz
folder=/sys/kernel/ksplice/$one

# expect_mtu MTU: of the device that dummy's init makes.
expect_mtu() {
	[ "$(cat /sys/class/net/dummy0/mtu)" = $1 ] || fail "mtu is $(cat /sys/class/net/dummy0/mtu)"
}

# expect_view STATE: what ksplice-view says of the update.
expect_view() {
	expect_status 0 ksplice-view
	expect_output "^$one +$1 +dummy "
}

expect_nothing() {
	expect_status 0 ksplice-view
	expect_output '^No updates are loaded'
	expect_not grep '^ksplice_' /proc/modules
	[ -z "$(ls /run/ksplice 2>/dev/null)" ] || fail "a record is left"
}

mkdir -p /run
modprobe ksplice

echo "it waits"
expect_status 0 ksplice-apply --check $file
expect_nothing
expect_status 0 ksplice-apply $file
cat /tmp/out
expect_output "^Update $one waits for a module that it changes to be loaded: dummy\$"
expect_view waiting
expect_status 0 ksplice-view $one
cat /tmp/out
expect_output '^state: +waiting' '^  dummy: waiting$' '^target: +dummy, build-id [0-9a-f]+'
expect_status 0 ksplice-view --json $one
expect_output '"state": "waiting"'
[ "$(cat $folder/state) $(cat $folder/parts)" = "applied dummy waiting" ] || fail "$(cat $folder/parts)"
expect_status 3 ksplice-apply $file
expect_output 'is applied already'
expect_not rmmod ksplice
expect_not grep '^ksplice_' /proc/modules

echo "undone before the module is loaded"
expect_status 0 ksplice-undo --check $one
expect_view waiting
expect_status 0 ksplice-undo $one
expect_nothing
modprobe dummy
expect_mtu 1500
rmmod dummy

echo "the module is loaded, goes and comes back"
expect_status 0 ksplice-apply --quiet $file
for i in 1 2; do
	modprobe dummy
	expect_mtu 1234
	expect_view applied
	rmmod dummy
	expect_view waiting
done

echo "its part cannot be loaded: the update is not forgotten"
mv /run/ksplice/$one /run/ksplice/away
for i in 1 2; do
	expect_not modprobe dummy
	expect_not grep -q '^dummy' /proc/modules
	expect_view waiting
done
mv /run/ksplice/away /run/ksplice/$one
cp /run/ksplice/$one/*-dummy.ko /tmp/dummy.ko
echo broken >"$(ls /run/ksplice/$one/*-dummy.ko)"
for i in 1 2; do
	expect_not modprobe dummy
	expect_view waiting
done
echo leave >/sys/kernel/ksplice/on_mismatch
modprobe dummy
expect_mtu 1500
expect_view waiting
grep -qx "dummy unpatched" $folder/parts || fail "not called unpatched: $(cat $folder/parts)"
rmmod dummy
echo refuse >/sys/kernel/ksplice/on_mismatch
cp /tmp/dummy.ko "$(ls /run/ksplice/$one/*-dummy.ko)"
modprobe dummy
expect_mtu 1234
expect_view applied

echo "undone when it is applied, and when the module has gone again"
expect_status 0 ksplice-undo $one
expect_nothing
rmmod dummy
expect_status 0 ksplice-apply --quiet $file
modprobe dummy
expect_mtu 1234
rmmod dummy
rmmod ksplice_${one}_dummy
expect_view waiting
expect_status 0 ksplice-undo --all
expect_nothing
modprobe dummy
expect_mtu 1500

echo "an update of two modules waits for both"
rmmod dummy
expect_status 0 ksplice-apply ksplice-$two.tar.gz
cat /tmp/out
expect_output "^Update $two waits for a module that it changes to be loaded: (dummy,loop|loop,dummy)\$"
modprobe dummy
expect_mtu 1234
expect_status 0 ksplice-view $two
cat /tmp/out
expect_output '^state: +applied' "^  dummy: applied, as ksplice_${two}_dummy\$" '^  loop: waiting$'
modprobe loop
expect_status 0 ksplice-view $two
expect_output "^  loop: applied, as ksplice_${two}_loop\$"
expect_status 0 ksplice-undo $two
expect_nothing
rmmod loop
rmmod dummy

echo "it is replaced, and it replaces"
expect_status 0 ksplice-apply --quiet $file
expect_status 0 ksplice-apply --replace ksplice-$other.tar.gz
cat /tmp/out
expect_output "^Update $one was replaced"
[ ! -e $folder ] || fail "still there"
modprobe dummy
expect_mtu 1500
rmmod dummy
grep -q '^patched' /proc/loadavg
expect_status 0 ksplice-apply --replace $file
expect_not grep -q '^patched' /proc/loadavg
expect_view waiting
expect_not grep -q '^ksplice_' /proc/modules

echo "the core itself: what has no modules is applied and reversed by its file as well"
echo reversed >$folder/state
[ "$(cat $folder/state)" = reversed ] || fail "not reversed"
modprobe dummy
expect_mtu 1500
! (echo "applied partial" >$folder/state) 2>/tmp/error || fail "applied without its part"
grep -q 'No such device or address' /tmp/error || fail "$(cat /tmp/error)"
rmmod dummy
echo applied >$folder/state
expect_view waiting
undo $one
expect_nothing

echo "killed at any step"
count=$(kill_at count ksplice-apply --quiet $file)
undo $one
for step in $(seq $((count - 60)) 2 "$count"); do
	kill_at "$step" 9 ksplice-apply $file >/dev/null 2>&1 || true
	if [ -e $folder ]; then
		ksplice-view | sed -n "s/^$one *\([a-z]*\) .*/\1/p" >>/tmp/found
		undo $one
	fi
	[ ! -e $folder ] || fail "step $step: still there"
done
sort /tmp/found | uniq -c
for state in loaded waiting; do
	grep -qx $state /tmp/found || fail "no kill led to: $state"
done

# Where the kernel can unload by force: the core goes, and nothing of the update is left.
echo "the core is unloaded"
expect_status 0 ksplice-apply --quiet $file
expect_not rmmod ksplice
if grep -q FORCE_UNLOAD=y /tmp/config; then
	rmmod -f ksplice
	[ ! -e /sys/kernel/ksplice ] || fail "still in sysfs"
	modprobe dummy
	expect_mtu 1500
	rmmod dummy
	modprobe ksplice
	[ ! -e $folder ] || fail "it is back"
	rm -r /run/ksplice/$one
else
	undo $one
fi
rmmod ksplice
EOG
)
EOS
