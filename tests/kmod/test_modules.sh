#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_modules.sh - one update of vmlinux and three modules: functions, and a constant in
# place. One module is not loaded yet: it is patched before its own init runs. Modules are
# unloaded while they are patched, and patched again when they come back. What the core
# does when a module that comes cannot be patched

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

need_modules drivers/block/loop drivers/net/dummy fs/fuse/fuse

patch_loadavg "$work/loadavg.patch"
# A device that dummy's init makes; a table, in place
make_patch drivers/net/dummy.c '/^static void dummy_setup(/,/^}/ s/^\tether_setup(dev);/&\n\tdev->mtu = 1234;/
	/^static const struct net_device_ops dummy_netdev_ops/,/^};/ { /ndo_set_mac_address/d }' \
	"$work/dummy.patch"
make_patch drivers/block/loop.c \
	'/^static ssize_t loop_attr_sizelimit_show(/,/^}/ s/"%llu\\n"/"limit %llu\\n"/' \
	"$work/loop.patch"
make_patch fs/fuse/inode.c \
	'/^static void sanitize_global_limit(/,/^}/ s/1 << 16/1 << 15/' "$work/fuse.patch"
cat "$work"/{loadavg,dummy,loop,fuse}.patch >"$work/modules.patch"
update=$(create_update "$work/modules.patch")
# One module alone
only=$(create_update "$work/dummy.patch")

# What the guest's parts have in common; ID of the update in $id.
cat >"$work/common" <<'EOS'
# The loop device has to be let go before its module can be unloaded.
loop_limit() {
	losetup /dev/loop0 /root/common
	cat /sys/block/loop0/loop/sizelimit
	losetup -d /dev/loop0
}
fuse_limit() {
	echo 100000 >/sys/module/fuse/parameters/max_user_bgreq
	cat /sys/module/fuse/parameters/max_user_bgreq
}
dummy_mtu() { cat /sys/class/net/dummy0/mtu; }
# The update takes the function for it out of the table.
dummy_address() {
	ip link set dummy0 address 02:00:00:00:00:01 2>/dev/null && echo can || echo cannot
}
# expect VALUE COMMAND...
expect() {
	local expected=$1 found
	shift
	found=$("$@")
	[ "$found" = "$expected" ] || fail "$*: $found instead of $expected"
}
is_new() { # vmlinux, loop and fuse
	expect "patched" cut -d' ' -f1 /proc/loadavg
	expect "limit 0" loop_limit
	expect 32767 fuse_limit
}
is_old() {
	expect_not grep -q patched /proc/loadavg
	expect 0 loop_limit
	expect 65535 fuse_limit
}
is_dummy_new() {
	expect 1234 dummy_mtu
	expect cannot dummy_address
}
is_dummy_old() {
	expect 1500 dummy_mtu
	expect can dummy_address
}
EOS

boot --file "$update" --file "$work/common" <<'EOS'
. /root/common
modprobe loop
modprobe fuse
is_old
apply ksplice-*.tar.gz
ksplice-view
is_new
id=$(ls /sys/kernel/ksplice | grep -xE '[0-9a-z]{8}')
[ "$(grep -c "^ksplice_$id" /proc/modules)" = 3 ] || fail "not three parts are loaded"

echo "a module that comes later"
modprobe dummy
is_dummy_new
is_new
[ "$(grep -c "^ksplice_$id" /proc/modules)" = 4 ] || fail "not four parts are loaded"

echo "goes and comes back, twice"
for i in 1 2; do
	rmmod dummy
	modprobe dummy
	is_dummy_new
done
rmmod loop
rmmod dummy
modprobe loop
modprobe dummy
is_new
is_dummy_new
[ "$(grep -c "^ksplice_$id" /proc/modules)" = 4 ] || fail "not four parts are loaded again"

echo "undo"
undo "$id"
is_old
expect can dummy_address
expect_not grep -q ^ksplice_ /proc/modules
# All of the code and the constants that it is about match again.
apply --check ksplice-*.tar.gz
rmmod dummy
modprobe dummy
is_dummy_old

echo "undo, with a module gone meanwhile"
apply ksplice-*.tar.gz
is_new
rmmod fuse
undo "$id"
modprobe fuse
is_old
expect 0 loop_limit
EOS

echo "a module that cannot be patched when it comes"
boot --file "$update" --file "$work/common" <<'EOS'
. /root/common
modprobe loop
modprobe fuse
modprobe ksplice
[ "$(cat /sys/kernel/ksplice/on_mismatch)" = refuse ] || fail "another default"
apply ksplice-*.tar.gz
id=$(ls /sys/kernel/ksplice | grep -xE '[0-9a-z]{8}')

# The part is not there
mv /run/ksplice/"$id" /run/ksplice/away
expect_not modprobe dummy
expect_not grep -q ^dummy /proc/modules
dmesg | grep -q "dummy: is not loaded, because update $id cannot be applied to it" ||
	fail "the log does not say why"
echo leave >/sys/kernel/ksplice/on_mismatch
modprobe dummy
is_dummy_old
dmesg | grep -q "dummy: runs WITHOUT update $id" || fail "the log does not say so"
rmmod dummy
mv /run/ksplice/away /run/ksplice/"$id"
echo refuse >/sys/kernel/ksplice/on_mismatch

# The part's file is another module's
cp /run/ksplice/"$id"/*-dummy.ko /tmp/dummy.ko
cp /run/ksplice/"$id"/*-fuse.ko "$(ls /run/ksplice/"$id"/*-dummy.ko)"
expect_not modprobe dummy
cp /tmp/dummy.ko "$(ls /run/ksplice/"$id"/*-dummy.ko)"

# Nobody to load it
helper=$(cat /sys/kernel/ksplice/helper)
echo >/sys/kernel/ksplice/helper
expect_not modprobe dummy
echo "$helper" >/sys/kernel/ksplice/helper

# Something in the way of the match: a kprobe, set before the init by the module's name
echo "p:early dummy:dummy_setup+5" >/sys/kernel/tracing/kprobe_events
echo 1 >/sys/kernel/tracing/events/kprobes/early/enable
expect_not modprobe dummy
dmesg | grep -qE "dummy: dummy_setup\+0x[0-9a-f]+" || fail "the function is not named"
echo 0 >/sys/kernel/tracing/events/kprobes/early/enable
echo >/sys/kernel/tracing/kprobe_events

modprobe dummy
is_dummy_new
is_new
(echo bad >/sys/kernel/ksplice/on_mismatch) 2>/dev/null && fail "bad is a policy"
(echo relative/path >/sys/kernel/ksplice/helper) 2>/dev/null && fail "a relative helper"
undo "$id"
is_old
EOS

echo "an update of one module alone"
boot --file "$only" --file "$work/common" <<'EOS'
. /root/common
modprobe dummy
is_dummy_old
apply ksplice-*.tar.gz
expect cannot dummy_address
rmmod dummy
modprobe dummy
is_dummy_new
rmmod dummy
undo --all
modprobe dummy
is_dummy_old
expect_not grep -q ^ksplice_ /proc/modules
EOS
