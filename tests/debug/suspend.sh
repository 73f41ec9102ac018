#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# suspend.sh - the machine goes to sleep and wakes up with an update applied: it stays in
# force, and comes out afterwards
#
# The kernel's own test of suspend is used (/sys/power/pm_test), which goes down to a level,
# waits, and comes back by itself.

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

for option in CONFIG_SUSPEND CONFIG_PM_DEBUG; do
	grep -q "^$option=y" "$tree/.config" || {
		echo "the kernel has no $option"
		exit 77
	}
done
patch_loadavg "$work/loadavg.patch"
update=$(create_update "$work/loadavg.patch")

boot --file "$update" <<EOS
id=$(name_id "$update")
$(
	cat <<'EOG'
file=ksplice-$id.tar.gz
levels='freezer devices platform'
if grep -q deep /sys/power/mem_sleep; then
	levels="$levels processors core"
else
	echo "skip processors, core: this kernel sleeps only by idling, without these levels"
fi

count_tests() {
	dmesg | grep -c 'suspend debug: Waiting' || true
}

# go_down LEVEL: and up again.
go_down() {
	local before
	before=$(count_tests)
	echo "$1" >/sys/power/pm_test
	echo mem >/sys/power/state || fail "$1: no suspend"
	echo none >/sys/power/pm_test
	[ "$(count_tests)" = $((before + 1)) ] || fail "$1: the kernel did not go down"
}

modprobe ksplice
kernel_text save /tmp/before
for level in $levels; do
	apply "$file"
	go_down "$level"
	grep -q patched /proc/loadavg || fail "$level: no longer in force"
	expect_status 0 ksplice-view
	expect_output "$id"
	undo "$id"
	expect_status 1 grep patched /proc/loadavg
	kernel_text compare /tmp/before
	echo "$level: ok"
done
# Applied after it, too.
apply "$file"
undo "$id"
kernel_text compare /tmp/before
rmmod ksplice
EOG
)
EOS
