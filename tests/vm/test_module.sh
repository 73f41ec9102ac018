#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_module.sh - updates of loaded modules: a function and a constant of a module; vmlinux
# and a module in one update, where the module's part uses what vmlinux's brings; undo puts
# back every byte; every function of the tree's modules is in memory as it was linked

# shellcheck source-path=SCRIPTDIR source=session.sh
. "$(dirname "$(readlink -f "$0")")/session.sh"

need_modules fs/ext4/ext4

# What ext4 says of its features, and /proc/loadavg.
make_patch fs/ext4/sysfs.c 's/\(return sysfs_emit(buf, "\)supported/\1patched/' "$work/feature.patch"
patch_loadavg "$work/loadavg.patch"
cat "$work/loadavg.patch" >>"$work/feature.patch"
feature=$(create_update "$work/feature.patch")

# Two devices; other kernels have them in vmlinux, or not at all.
devices=yes
for module in drivers/block/loop drivers/net/dummy; do
	[ -e "$tree/$module.ko" ] || devices=no
done
if [ $devices = yes ]; then

# Who sets up a loop device is told so.
make_patch drivers/block/loop.c \
	'/^static int loop_configure(/,/^}/ s/^\tstruct file \*file = fget(config->fd);/&\n\n\tpr_info("loop: patched, fd %u\\n", config->fd);/' \
	"$work/function.patch"
function=$(create_update "$work/function.patch")

# The address of a dummy device can no longer be changed.
make_patch drivers/net/dummy.c \
	'/^static const struct net_device_ops dummy_netdev_ops/,/^};/ s/= eth_mac_addr,/= NULL,/' \
	"$work/constant.patch"
constant=$(create_update "$work/constant.patch")

# /proc/version has another line: how many loop devices were set up, and a million.
make_patch fs/proc/version.c '
	/^static int version_proc_show/i\
int loops_counted = 1000000;\
void count_loop(int more);\
void noinline count_loop(int more)\
{\
	loops_counted += more;\
}\

	/^static int version_proc_show/,/^}/ s/^\treturn 0;/\tseq_printf(m, "loops: %d\\n", loops_counted);\n&/' "$work/image.patch"
make_patch drivers/block/loop.c '
	/^static int loop_configure(/i\
extern int loops_counted;\
extern void count_loop(int more);\

	/^static int loop_configure(/,/^}/ s/^\tstruct file \*file = fget(config->fd);/&\n\n\tcount_loop(1);\n\tpr_info("loop: number %d\\n", loops_counted);/' \
	"$work/module.patch"
cat "$work/image.patch" "$work/module.patch" >"$work/both.patch"
both=$(create_update "$work/both.patch")
else
	echo "skip updates of loop and dummy: the kernel does not have them as modules"
	function='' constant='' both=''
fi

# Every function of all modules, and nothing else.
options=()
while read -r module; do
	options+=("--module=${module%.ko}")
done <"$tree/modules.order"
mkdir "$work/match"
match=$("$top/build/bin/ksplice-match" --quiet "${options[@]}" --output="$work/match" "$tree" |
	tail -n 1)
[ -n "$match" ] || fail "ksplice-match made nothing"

files=()
for file in "$feature" $function $constant $both "$match"; do
	files+=(--file "$file")
done
boot --smp 2 "${files[@]}" <<EOS
devices=$devices
feature=$(name_id "$feature")
function=$(name_id "$function")
constant=$(name_id "$constant")
both=$(name_id "$both")
match=$(name_id "$match")
modules="$(sed 's|.*/||; s|\.ko$||' "$tree/modules.order" | tr '\n' ' ')"
$(
	cat <<'EOG'
# set_up: sets up a loop device, and takes it down
set_up() {
	losetup /dev/loop0 /tmp/disk || fail "no loop device"
	losetup -d /dev/loop0
}

change_address() {
	ip link set dummy0 address "02:00:00:00:00:$1"
}

for module in $modules; do
	modprobe "$module" 2>/dev/null || echo "cannot be loaded here: $module"
done
lsmod | grep -q '^ext4 ' || fail "no ext4 module"
modprobe ksplice
echo "every function of the modules"
expect_status 0 ksplice-apply --check "ksplice-$match.tar.gz"

kernel_text save /tmp/before

echo "vmlinux and a module, each by itself"
show_feature() {
	cat /sys/fs/ext4/features/lazy_itable_init
}
[ "$(show_feature)" = supported ] || fail "ext4 says: $(show_feature)"
for cycle in 1 2; do
	apply "ksplice-$feature.tar.gz"
	expect_output '2 functions'
	[ "$(show_feature)" = patched ] || fail "ext4 says: $(show_feature)"
	grep -q '^patched' /proc/loadavg || fail "vmlinux's part has no effect"
	rmmod ext4
	modprobe ext4
	[ "$(show_feature)" = patched ] || fail "ext4 says, after it was loaded again: $(show_feature)"
	undo "$feature"
	[ "$(show_feature)" = supported ] || fail "ext4 says: $(show_feature)"
	kernel_text compare /tmp/before
done

if [ $devices = yes ]; then
	lsmod | grep -q '^loop ' || fail "no loop module"
	lsmod | grep -q '^dummy ' || fail "no dummy module"
	dd if=/dev/zero of=/tmp/disk bs=1024 count=64 2>/dev/null
	[ -e /sys/class/net/dummy0 ] || ip link add dummy0 type dummy
	ip link set dummy0 up
	set_up
	change_address 11

	echo "a function of a module"
	apply "ksplice-$function.tar.gz"
	expect_output '1 function,'
	dmesg -c >/dev/null
	set_up
	dmesg | grep -qE 'loop: patched, fd [0-9]+' || fail "the old function runs"
	expect_status 0 ksplice-view "$function"
	expect_output 'loop'
	undo "$function"
	dmesg -c >/dev/null
	set_up
	! dmesg | grep -q 'loop: patched' || fail "the new function runs after undo"

	echo "a constant of a module"
	apply "ksplice-$constant.tar.gz"
	expect_output '0 functions, 1 constant,'
	expect_not change_address 12
	undo "$constant"
	change_address 11

	echo "vmlinux and a module"
	apply "ksplice-$both.tar.gz"
	expect_status 0 lsmod
	expect_output "^ksplice_$both " "^ksplice_${both}_loop "
	grep -qx 'loops: 1000000' /proc/version || fail "vmlinux's part has no effect"
	dmesg -c >/dev/null
	set_up
	set_up
	dmesg | grep -q 'loop: number 1000002' || fail "the module's part does not use vmlinux's"
	grep -qx 'loops: 1000002' /proc/version || fail "the two parts have a variable each"
	undo "$both"
	! grep -q loops: /proc/version || fail "/proc/version is not as before"
	rmmod loop
	modprobe loop
fi

echo "what is left"
expect_status 0 lsmod
! grep -q '^ksplice_' /tmp/out || fail "modules of updates are loaded"
kernel_text compare /tmp/before
expect_status 0 ksplice-apply --check "ksplice-$match.tar.gz"
EOG
)
EOS
