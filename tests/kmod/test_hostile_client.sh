#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_hostile_client.sh - a client of /dev/ksplice that lies, in lists of symbols and in
# the order of its calls, is refused each time with the reason, and nothing changes

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

# Some lies hold up the core with the one, and take the place of a CRC of the other.
need_options CONFIG_USERFAULTFD CONFIG_MODVERSIONS
build_modules "$top/tests/kmod/hostile"
mkdir "$work/modules"
cp "$work"/hostile/*.ko "$work/modules/"

# It refers to more than one local function of the kernel.
patch_nanosleep "$work/nanosleep.patch"
patch_loadavg "$work/loadavg.patch"
cat "$work/nanosleep.patch" "$work/loadavg.patch" >"$work/both.patch"
update=$(create_update "$work/both.patch")

boot --file "$update" --file "$work/modules" <<EOS
id=$(name_id "$update")
$(
	cat "$top/tests/kmod/hostile/guest_lies.sh" - <<'EOG'
modprobe ksplice
kernel_text save /tmp/before
check_client "$id"
EOG
)
EOS
