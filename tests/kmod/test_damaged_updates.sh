#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_damaged_updates.sh - ksplice.ko refuses by name each update whose tables are
# damaged, of another format, or ask for what it cannot do, and changes nothing

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

${CC:-gcc} -D_GNU_SOURCE -I"$top" -Wall -o "$work/damage" \
	"$top/tests/kmod/damage_update.c" -lelf

# A function and two constants of one size.
make_patch fs/eventfd.c '
	/^static const struct file_operations eventfd_fops = {/,/^};/ s/noop_llseek/default_llseek/
	/^struct file \*eventfd_fget(/,/^}/ s/^\tfile = fget(fd);/\tpr_info("new eventfd_fget\\n");\n&/' \
	"$work/eventfd.patch"
make_patch fs/timerfd.c \
	'/^static const struct file_operations timerfd_fops = {/,/^};/ s/noop_llseek/default_llseek/' \
	"$work/timerfd.patch"
cat "$work/eventfd.patch" "$work/timerfd.patch" >"$work/both.patch"
update=$(create_update "$work/both.patch")
id=$(name_id "$update")

# The core is asked itself: ksplice-apply would notice that the modules are damaged.
tar -xzf "$update" -C "$work"
mkdir "$work/damaged"
"$work/damage" >"$work/damaged/cases"
count=0
while IFS=$'\t' read -r name _; do
	cp "$work/ksplice-$id/ksplice-$id-vmlinux.ko" "$work/damaged/$name.ko"
	"$work/damage" "$name" "$work/damaged/$name.ko"
	count=$((count + 1))
done <"$work/damaged/cases"
[ "$count" -gt 40 ] || fail "only $count cases"
cp "$update" "$work/damaged/sound.tar.gz"

boot --file "$work/damaged" <<'EOS'
modprobe ksplice
kernel_text save /tmp/before
while IFS='	' read -r name expected; do
	expect_status 2 ask_core "damaged/$name.ko"
	grep -qE -e "$expected" /tmp/out || {
		cat /tmp/out
		fail "$name: does not say $expected"
	}
	[ -z "$(find /sys/kernel/ksplice -mindepth 1 -type d)" ] || fail "$name: in sysfs"
	echo "$name: $(sed -n 2p /tmp/out)"
done <damaged/cases
kernel_text compare /tmp/before
apply damaged/sound.tar.gz
EOS
