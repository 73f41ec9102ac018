#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_update_package.sh - the scripts of a package that ksplice-create --deb makes, as dpkg
# calls them: it is applied when it is installed, an upgrade takes the older one's place in
# one moment, it is undone when it is removed, and where that cannot be, they say so and do
# not fail

command -v dpkg-deb >/dev/null || {
	echo "dpkg-deb is not installed"
	exit 77
}
# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"
release=$(cat "$tree/include/config/kernel.release")

patch_nanosleep "$work/one.patch"
sed 's/new hrtimer_nanosleep/newer hrtimer_nanosleep/' "$work/one.patch" >"$work/two.patch"
one=$(create_update "$work/one.patch")
two=$(create_update "$work/two.patch")
for update in one two; do
	"$top/build/bin/ksplice-create" --deb --output "$work/$update.debs" "${!update}"
	dpkg-deb -R "$work/$update.debs"/*.deb "$work/$update"
done
# The same for another kernel.
cp -r "$work/one" "$work/other"
sed -i "s/'$release'/'6.1.0-other'/" "$work"/other/DEBIAN/p*

boot --file "$work/one" --file "$work/two" --file "$work/other" <<EOS
one=$(name_id "$one") two=$(name_id "$two") release=$release
$(
	cat <<'EOG'
mkdir -p /run /usr /var/lib
store=/var/lib/ksplice/$release

# unpack FOLDER: as dpkg does
unpack() {
	cp -r "$1/var" "$1/usr" /
}

# expect_state ID STATE: that it has in the kernel; none: it is not there.
expect_state() {
	local state=none
	[ ! -e "/sys/kernel/ksplice/$1" ] || state=$(cat "/sys/kernel/ksplice/$1/state")
	[ "$state" = "$2" ] || fail "$1 is $state, not $2"
}

modprobe ksplice
kernel_text save /tmp/before >/dev/null

# Another kernel's is left alone.
unpack other
expect_status 0 other/DEBIAN/postinst configure ''
expect_status 0 other/DEBIAN/prerm remove
expect_state $one none

# Installed: applied, and on trial.
expect_status 0 one/DEBIAN/postinst configure ''
expect_output "Update $one applied"
expect_state $one applied
[ -e /var/lib/ksplice/trial/$one ] || fail "is not on trial"
# What dpkg does again is harmless.
expect_status 0 one/DEBIAN/postinst configure ''
expect_output 'applied already'
expect_status 0 one/DEBIAN/postinst abort-upgrade 1
expect_status 0 one/DEBIAN/postinst triggered x

# An upgrade: the older one stays until the newer one takes its place.
expect_status 0 one/DEBIAN/prerm upgrade 2
expect_state $one applied
unpack two
rm $store/ksplice-$one.tar.gz
expect_status 0 one/DEBIAN/postrm upgrade 2
expect_status 0 two/DEBIAN/postinst configure 1
expect_output "Update $two applied"
expect_state $two applied
expect_state $one none

# Removed while a thread is in the new code: it stays, which is said, and dpkg goes on.
start_sleeper
expect_status 0 two/DEBIAN/prerm remove
expect_output "sleep \(pid $sleeper\) is in hrtimer_nanosleep" \
	'stays in the kernel until the next boot'
expect_state $two applied
end_sleeper
expect_status 0 two/DEBIAN/prerm remove
expect_output "$two reversed and unloaded"
expect_state $two none
kernel_text compare /tmp/before >/tmp/compared || fail "$(cat /tmp/compared)"
# It was undone before.
expect_status 0 two/DEBIAN/prerm remove

# Purged: what would block it when it is installed again goes as well.
[ -e /var/lib/ksplice/trial/$two ] || fail "there is no marker"
expect_status 0 two/DEBIAN/postrm remove
[ -e /var/lib/ksplice/trial/$two ] || fail "the removal unblocks it"
expect_status 0 two/DEBIAN/postrm purge
[ ! -e /var/lib/ksplice/trial/$two ] || fail "it is not unblocked"

# Installed while a thread is in the way: it is applied later, and dpkg goes on.
start_sleeper
expect_status 0 two/DEBIAN/postinst configure ''
expect_output "sleep \(pid $sleeper\) is in hrtimer_nanosleep" 'is not applied now'
expect_state $two none
end_sleeper
expect_status 0 ksplice-apply --installed
expect_state $two applied

# --installed=ID is for one of those that are installed.
expect_status 3 ksplice-apply --installed=$two
expect_status 1 ksplice-apply --installed=$one
expect_output "$one: is not installed for this kernel"
EOG
)
EOS
