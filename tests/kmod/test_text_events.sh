#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_text_events.sh - perf is told of the jump that is written and of its end, with the
# bytes before and after; the kernel is tainted as live patched, and only then

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

patch_loadavg "$work/loadavg.patch"
update=$(create_update "$work/loadavg.patch")

boot --file "$update" <<EOS
id=$(name_id "$update")
$(
	cat <<'EOG'
file=ksplice-$id.tar.gz
# The jump is behind the fentry call.
start=$(awk '$3 == "loadavg_proc_show" { print $1 }' /proc/kallsyms)
jump=$(printf '%016x' $((0x$start + 5)))

# is_live_patched: TAINT_LIVEPATCH, bit 15.
is_live_patched() {
	[ $(($(cat /proc/sys/kernel/tainted) >> 15 & 1)) = 1 ]
}

# expect_event COMMAND: one event at the jump; its bytes are in $before and $after.
expect_event() {
	expect_status 0 text_events "$1"
	grep "^$jump " /tmp/out >/tmp/events || fail "no event at $jump: $(cat /tmp/out)"
	[ "$(wc -l </tmp/events)" = 1 ] || fail "more than one event: $(cat /tmp/events)"
	read -r _ before after </tmp/events
}

modprobe ksplice
if is_live_patched; then
	fail "tainted before"
fi
expect_event "ksplice-apply $file >/dev/null"
is_live_patched || fail "not tainted"
original=$before
written=$after
case $written in
e9????????) ;;
*) fail "the event says that $written was written" ;;
esac
expect_event "ksplice-undo $id >/dev/null"
[ "$before $after" = "$written $original" ] || fail "undo: $before became $after"
is_live_patched || fail "the taint is gone"
rmmod ksplice
EOG
)
EOS
