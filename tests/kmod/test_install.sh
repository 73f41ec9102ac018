#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_install.sh - the lines that README shows first work as shown on a machine that has
# nothing but what `make install` and `make kmod-install` put there

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

root=$work/root
release=$(cat "$tree/include/config/kernel.release")
flock "$top/build/kmod.lock" make -s -C "$top" install kmod-install DESTDIR="$root" PREFIX=/usr \
	KERNEL="$tree" >"$work/log" 2>&1 || {
	cat "$work/log"
	fail "make install kmod-install"
}
module=$root/lib/modules/$release/updates/ksplice.ko
[ -e "$module" ] || fail "ksplice.ko is not installed"
grep -q '^updates/ksplice.ko:' "$root/lib/modules/$release/modules.dep" ||
	fail "depmod does not know ksplice.ko"
[ -e "$root/usr/share/man/man8/ksplice-apply.8" ] || fail "no manual page"
make -s -C "$top" help | grep -q '^make kmod-install' || fail "make help does not name it"

# What README says, in this order.
sed -n '/^    make CC=ksplice-cc/,/^$/p' "$top/README.md" | sed 's/ *#.*//; s/^ *//' >"$work/lines"
cat "$work/lines"
mapfile -t lines <"$work/lines"
[ "${lines[0]}" = 'make CC=ksplice-cc' ] || fail "README's first line is another"
[ "${lines[1]}" = 'ksplice-create --patch=fix.patch OBJTREE' ] || fail "the second is another"

# The first line made the tree; the second is run with what was installed.
PATH=$root/usr/bin:$PATH
patch_getppid "$work/fix.patch"
[ "$(command -v ksplice-create)" = "$root/usr/bin/ksplice-create" ] || fail "not the installed one"
ksplice-index --check "$tree" >/dev/null || fail "the tree is not one of make CC=ksplice-cc"
update=$(cd "$work" && ksplice-create --patch=fix.patch "$tree" | tail -n 1)
id=$(name_id "$update")

# The others in the guest, as they stand there but for the update's id.
for line in "${lines[@]:2}"; do
	[ -z "$line" ] || echo "run ${line//8c4o6ucj/$id}"
done >"$work/commands"
[ "$(wc -l <"$work/commands")" = 3 ] || fail "README shows other commands"
boot --file "$work/$update" --file "$root" <<EOS
# Only what was installed.
rm -rf /bin/ksplice-* /lib/modules
mkdir -p /usr
cp -r root/usr/* /usr/
cp -r root/lib/modules /lib/
PATH=/usr/bin:\$PATH
run() {
	echo "# \$*"
	"\$@"
}
kernel_text save /tmp/before >/dev/null
$(cat "$work/commands")
kernel_text compare /tmp/before >/dev/null || fail "not as before"
EOS
