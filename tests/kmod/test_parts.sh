#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_parts.sh - the core itself, asked without ksplice-apply: the parts of an update are
# applied and reversed together; half an update is refused, unless that is what was asked
# for; a part that comes later is applied too; and one whose target goes is gone. An update
# cannot be applied while its module is being loaded

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

need_modules drivers/net/dummy

patch_loadavg "$work/loadavg.patch"
make_patch drivers/net/dummy.c '/^static void dummy_setup(/,/^}/ s/^\tether_setup(dev);/&\n\tdev->mtu = 1234;/' \
	"$work/dummy.patch"
cat "$work/loadavg.patch" "$work/dummy.patch" >"$work/both.patch"
update=$(create_update "$work/both.patch")
# A second update, of vmlinux alone
make_patch fs/proc/loadavg.c \
	'/^static int loadavg_proc_show(/,/^}/ s/^\tseq_printf(/\tseq_puts(m, "other ");\n&/' \
	"$work/other.patch"
other=$(create_update "$work/other.patch")
id=$(name_id "$update")
tar -xzf "$update" -C "$work"
tar -xzf "$other" -C "$work"
mv "$work/ksplice-$id/ksplice-$id-vmlinux.ko" "$work/image.ko"
mv "$work/ksplice-$id/ksplice-$id-dummy.ko" "$work/dummy.ko"
mv "$work/ksplice-$(name_id "$other")"/*.ko "$work/other.ko"

boot --file "$work/image.ko" --file "$work/dummy.ko" --file "$work/other.ko" <<EOS
id=$id
other=$(name_id "$other")
$(
	cat <<'EOG'
folder=/sys/kernel/ksplice/$id

# change LINE: writes to its state.
change() {
	echo "$1" >$folder/state || fail "$1: $(dmesg | tail -n 3)"
}
# refuse_change ERROR LINE [REGEX]: it fails so, and dmesg says why.
refuse_change() {
	dmesg -c >/dev/null
	! (echo "$2" >$folder/state) 2>/tmp/error || fail "$2: not refused"
	grep -q "$1" /tmp/error || fail "$2: $(cat /tmp/error)"
	dmesg >/tmp/out
	[ -z "${3-}" ] || expect_output "$3"
}

# expect_parts STATE IMAGE-STATE DUMMY-STATE: what sysfs says, "waiting" or "unpatched" of a
# target without a part; and what is in force.
expect_parts() {
	local expected=no word=no
	[ "$(cat $folder/state)" = $1 ] || fail "$(cat $folder/state) instead of $1"
	sed -n "s/^vmlinux \(.*\) ksplice_$id\$/\1/p" $folder/parts | grep -qx $2 ||
		fail "vmlinux is not $2: $(cat $folder/parts)"
	case $3 in
	waiting | unpatched) grep -qx "dummy $3" $folder/parts ;;
	*) grep -qx "dummy $3 ksplice_${id}_dummy" $folder/parts ;;
	esac || fail "dummy is not $3: $(cat $folder/parts)"
	[ $(grep -c '^dummy' $folder/parts) = 1 ] || fail "dummy twice: $(cat $folder/parts)"
	if [ $2 = applied ]; then expected=yes; fi
	if grep -q '^patched' /proc/loadavg; then word=yes; fi
	[ $word = $expected ] || fail "vmlinux is patched: $word"
}

# expect_mtu MTU: of a new device.
expect_mtu() {
	ip link add dummy7 type dummy
	[ "$(cat /sys/class/net/dummy7/mtu)" = $1 ] || fail "mtu is $(cat /sys/class/net/dummy7/mtu)"
	ip link del dummy7
}

modprobe ksplice
modprobe dummy
kernel_text save /tmp/none >/dev/null

# Half of it.
ask_core image.ko
expect_parts loaded loaded unpatched
refuse_change 'No such device or address' applied 'its target dummy is loaded, and the part for it is not'
refuse_change 'No such device or address' check-applied 'its target dummy'
expect_parts loaded loaded unpatched
kernel_text compare /tmp/none
change 'applied partial'
expect_parts applied applied unpatched
expect_mtu 1500

# The other half.
ask_core dummy.ko
expect_parts applied applied loaded
expect_mtu 1500
change applied
expect_parts applied applied applied
expect_mtu 1234
refuse_change 'already in progress' applied
expect_not rmmod -f ksplice_${id}_dummy

# Together.
change reversed
expect_parts reversed reversed reversed
expect_mtu 1500
kernel_text compare /tmp/none
change applied
expect_parts applied applied applied
expect_mtu 1234

# The target goes: nothing of it is left, and the rest stays. Its part can be unloaded.
rmmod dummy
expect_parts applied applied gone
rmmod ksplice_${id}_dummy
expect_parts applied applied waiting
change reversed
expect_parts reversed reversed waiting
kernel_text compare /tmp/none
rmmod ksplice_$id
[ ! -e $folder ] || fail "still in sysfs"

# An update whose only part is gone.
modprobe dummy
ask_core dummy.ko
change 'applied partial'
rmmod dummy
[ "$(cat $folder/state $folder/parts)" = "applied
dummy gone ksplice_${id}_dummy
vmlinux unpatched" ] || fail "$(cat $folder/parts)"
change reversed
refuse_change 'No such device' 'applied partial' 'were unloaded; load it again'
rmmod ksplice_${id}_dummy
[ ! -e $folder ] || fail "still in sysfs"

# As soon as there is a state, somebody writes to it.
id=$other
folder=/sys/kernel/ksplice/$id
for i in 1 2 3 4 5; do
	(until echo applied >$folder/state; do :; done) 2>/dev/null &
	writer=$!
	ask_core other.ko
	wait $writer
	grep -q '^other ' /proc/loadavg || fail "not applied"
	change reversed
	kernel_text compare /tmp/none
	rmmod ksplice_$id
done
EOG
)
EOS
