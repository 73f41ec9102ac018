#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_forced_unload.sh - rmmod -f takes away no code that is in use: not that of an update
# that is applied, be it reversible or not, nor the core below it; and nothing hangs. What is
# not applied can be unloaded, by force or not

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

patch_loadavg "$work/loadavg.patch"
function=$(create_update "$work/loadavg.patch")

# A new string in a table, whose address may be anywhere: irreversible.
make_patch fs/proc/array.c \
	'/^static const char \* const task_state_array/,/^};/ s/S (sleeping)/S (dozing)/' \
	"$work/string.patch"
string=$(create_update "$work/string.patch")

boot --file "$function" --file "$string" <<EOS
function=$(name_id "$function")
string=$(name_id "$string")
$(
	cat <<'EOG'
# refuse_unload ID: nothing has happened to the update.
refuse_unload() {
	local id=$1
	expect_not rmmod ksplice_$id
	expect_not rmmod -f ksplice_$id
	expect_output 'temporarily unavailable'
	expect_not rmmod -f ksplice
	[ "$(cat /sys/kernel/ksplice/$id/state)" = applied ] || fail "$id: no longer applied"
	grep -q "^ksplice_$id .* Live " /proc/modules || fail "$id: $(cat /proc/modules)"
	kernel_text compare /tmp/applied >/tmp/out || fail "$(cat /tmp/out)"
}

modprobe ksplice
kernel_text save /tmp/none >/dev/null

apply ksplice-$function.tar.gz
kernel_text save /tmp/applied >/dev/null
grep -q "^ksplice_$function [0-9]* 1 ksplice, Live " /proc/modules ||
	fail "ksplice.ko is no user of it: $(cat /proc/modules)"
refuse_unload $function
grep -q '^patched ' /proc/loadavg || fail "not the new function"

# Reversed, it can go, also by force.
echo reversed >/sys/kernel/ksplice/$function/state
grep -q "^ksplice_$function [0-9]* 0 - Live " /proc/modules ||
	fail "still a user: $(cat /proc/modules)"
rmmod -f ksplice_$function
[ ! -e /sys/kernel/ksplice/$function ] || fail "still in sysfs"
kernel_text compare /tmp/none

# Likewise after a check, and when it was never applied.
ksplice-apply --check ksplice-$function.tar.gz
expect_not grep "^ksplice_$function " /proc/modules

[ "$(cat /sys/kernel/ksplice/*/flags 2>/dev/null)" = '' ] || fail "flags"
apply ksplice-$string.tar.gz
kernel_text save /tmp/applied >/dev/null
[ "$(cat /sys/kernel/ksplice/$string/flags)" = irreversible ] || fail "flags"
refuse_unload $string
expect_status 2 ksplice-undo $string
refuse_unload $string

# The core still works: nobody holds its lock.
apply ksplice-$function.tar.gz
undo $function
kernel_text compare /tmp/applied
EOG
)
EOS
