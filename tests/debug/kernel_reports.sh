#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# kernel_reports.sh - the debug kernel notices each kind of fault, and the harness notices
# by which line it says so; a guest without a fault has nothing to say

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

build_modules "$here/fault"

# expect_report KIND REGEX: what the kernel prints for it is there, and is a report by
# itself, without what is printed around it.
expect_report() {
	local kind=$1 pattern=$2 status=0 console=$work/$1.console
	boot --keep-console "$console" --file "$work/fault/fault.ko" >"$work/out" 2>&1 <<EOS || status=$?
insmod fault.ko kind=$kind || true
EOS
	[ "$status" = 125 ] || {
		cat "$work/out"
		fail "$kind: status $status instead of 125"
	}
	sed 's/\r$//' "$console" | grep -E "^(\[ *[0-9.]+\](\[[^]]*\])? *)?($pattern)" >"$work/lines" || {
		grep -n 'reported:' "$work/out" || true
		fail "$kind: the kernel prints nothing like: $pattern"
	}
	"$here/find_report" "$work/lines" >/dev/null ||
		fail "$kind: is not noticed: $(head -n 1 "$work/lines")"
	echo "$kind: $(head -n 1 "$work/lines")"
}

boot <<'EOS'
modprobe ksplice
modprobe vfat
rmmod ksplice
EOS
echo "none: nothing is reported"
expect_report sleep 'BUG: sleeping function called from invalid context'
expect_report order 'WARNING: possible circular locking dependency detected'
expect_report held 'WARNING: .* still has locks held!|WARNING: lock held when returning to user space!'
expect_report rcu 'WARNING: suspicious RCU usage'
expect_report list 'list_del corruption'
expect_report free 'BUG fault .*Poison overwritten'
expect_report leak 'kmemleak: [0-9]+ new suspected memory leaks'
expect_report timer 'ODEBUG: free active '
