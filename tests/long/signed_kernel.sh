#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# signed_kernel.sh - a kernel that insists on signatures, in lockdown
#
#     tests/long/signed_kernel.sh [OBJTREE]
#
# Builds signed.config. Booted with module.sig_enforce=1 and lockdown=integrity, it loads
# ksplice.ko and an update only with the signature of the kernel's own key, and not altered;
# and what a hostile root tells /dev/ksplice makes it do nothing that the signed update does
# not say. OBJTREE is not looked at.
KSPLICE_TREE=$("$(dirname "$(readlink -f "$0")")/../kernel/make_tree" recorded --config signed)
export KSPLICE_TREE
# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

# sign FROM TO: with the key that the kernel's build made.
sign() {
	"$tree/scripts/sign-file" sha256 "$tree/certs/signing_key.pem" \
		"$tree/certs/signing_key.x509" "$1" "$2"
}

# sign_update ARCHIVE FOLDER: the same update with a module that is signed.
sign_update() {
	local id
	id=$(name_id "$1")
	mkdir -p "$2"
	tar -xzf "$1" -C "$2"
	sign "$2/ksplice-$id/ksplice-$id-vmlinux.ko" "$2/signed.ko"
	mv "$2/signed.ko" "$2/ksplice-$id/ksplice-$id-vmlinux.ko"
	tar -czf "$2/ksplice-$id.tar.gz" -C "$2" "ksplice-$id"
}

# alter FILE: one byte in the middle, which the signature covers.
alter() {
	local middle
	middle=$(($(stat -c %s "$1") / 2))
	printf '\xa5\x5a' | dd of="$1" bs=1 seek="$middle" conv=notrunc status=none
}

build_modules "$top/tests/kmod/hostile"
core=$(make -s -C "$top" kmod KERNEL="$tree" 2>"$work/log" | tail -n 1)
[ -e "$core" ] || {
	cat "$work/log"
	fail "ksplice.ko does not build"
}
mkdir -p "$work/modules" "$work/altered"
for module in "$work"/hostile/*.ko "$core"; do
	sign "$module" "$work/modules/${module##*/}"
done
cp "$core" "$work/modules/ksplice-unsigned.ko"
cp "$work/modules/ksplice.ko" "$work/modules/ksplice-altered.ko"
alter "$work/modules/ksplice-altered.ko"

patch_nanosleep "$work/nanosleep.patch"
patch_loadavg "$work/loadavg.patch"
cat "$work/nanosleep.patch" "$work/loadavg.patch" >"$work/both.patch"
update=$(create_update "$work/both.patch")
id=$(name_id "$update")
sign_update "$update" "$work/signed"
# With the signature of before.
cp -r "$work/signed/ksplice-$id" "$work/altered/"
alter "$work/altered/ksplice-$id/ksplice-$id-vmlinux.ko"
mkdir "$work/files"
tar -czf "$work/files/altered.tar.gz" -C "$work/altered" "ksplice-$id"
cp "$update" "$work/files/unsigned.tar.gz"
cp "$work/signed/ksplice-$id.tar.gz" "$work/"

boot --timeout 1800 --append 'module.sig_enforce=1 lockdown=integrity' \
	--file "$work/ksplice-$id.tar.gz" --file "$work/modules" --file "$work/files" <<EOS
id=$id
$(
	cat "$top/tests/kmod/hostile/guest_lies.sh" - <<'EOG'
grep -q '\[integrity\]' /sys/kernel/security/lockdown 2>/dev/null || {
	mount -t securityfs security /sys/kernel/security
	grep -q '\[integrity\]' /sys/kernel/security/lockdown || fail "not in lockdown"
}
[ "$(cat /sys/module/module/parameters/sig_enforce)" = Y ] || fail "not enforcing"
# The kernel changes its own code when it has collected enough randomness.
head -c 1 /dev/random >/dev/null
sleep 1
kernel_text save /tmp/before

# The core.
for kind in unsigned altered; do
	! insmod modules/ksplice-$kind.ko || fail "the $kind core is loaded"
	expect_status 1 ksplice-apply --module modules/ksplice-$kind.ko "ksplice-$id.tar.gz"
	expect_output 'has no signature that this kernel accepts'
done
[ ! -e /sys/kernel/ksplice ] || fail "a core is loaded"
insmod modules/ksplice.ko

# An update.
for kind in unsigned altered; do
	status=0
	ksplice-apply files/$kind.tar.gz >/tmp/out 2>&1 || status=$?
	[ $status = 1 ] || [ $status = 2 ] || fail "the $kind update: exit status $status"
	cat /tmp/out
	! lsmod | grep -q '^ksplice_' || fail "the $kind update is loaded"
	tar -xzf files/$kind.tar.gz -C /tmp
	! insmod "/tmp/ksplice-$id/ksplice-$id-vmlinux.ko" 2>/tmp/out || fail "insmod of $kind"
	expect_output 'Key was rejected'
done
kernel_text compare /tmp/before
apply "ksplice-$id.tar.gz"
grep -q patched /proc/loadavg || fail "not in force"
undo "$id"
! grep -q patched /proc/loadavg || fail "still in force"
kernel_text compare /tmp/before

export HOSTILE_SIGNED=1
check_client "$id"
echo "signed kernel: $lies lies, none believed"
EOG
)
EOS
