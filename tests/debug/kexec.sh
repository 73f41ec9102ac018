#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# kexec.sh - while an update is applied, the machine goes on with the same kernel by kexec:
# it comes up, and runs the original code

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

grep -q '^CONFIG_KEXEC_FILE=y' "$tree/.config" || {
	echo "the kernel has no CONFIG_KEXEC_FILE"
	exit 77
}
patch_loadavg "$work/loadavg.patch"
update=$(create_update "$work/loadavg.patch")

# The second kernel's initramfs: the same first process, with another script.
root=$work/second
mkdir -p "$root"/{bin,dev,proc,sys,tmp,root}
cp "$(command -v busybox)" "$root/bin/busybox"
for applet in $(busybox --list); do
	[ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
done
install -m 755 "$here/guest_init" "$root/init"
cat "$here/guest_functions.sh" - >"$root/root/script" <<'EOS'
grep -q started_by_kexec /proc/cmdline || fail "not the second kernel"
if grep -q patched /proc/loadavg; then
	fail "the second kernel is patched"
fi
echo "the second kernel runs the original code"
EOS
(cd "$root" && find . | cpio --quiet -o -H newc --owner=+0:+0) >"$work/second.cpio"

boot --file "$update" --file "$work/second.cpio" --file "$tree/arch/x86/boot/bzImage" \
	>"$work/out" <<EOS
modprobe ksplice
apply $(basename "$update")
grep -q patched /proc/loadavg || fail "not in force"
echo "the first kernel is patched"
kexec_file bzImage second.cpio 'console=ttyS0 ignore_loglevel panic=-1 oops=panic no_timer_check started_by_kexec'
EOS
cat "$work/out"
grep -q '^the first kernel is patched$' "$work/out" || fail "nothing of the first kernel"
grep -q '^the second kernel runs the original code$' "$work/out" || fail "nothing of the second"
