#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_flipped_bytes.sh - bytes of what updates replace, drawn at random, in vmlinux and in a
# module, code and constants: each that is flipped is noticed, and named

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

# Of each of three parts; make check-long does more.
flips=${KSPLICE_FLIPS:-150}

build_modules "$top/tests/kmod/alter"

# Code that nobody runs meanwhile; it must hold one byte of each kind of site, and a table.
for file in ipc/sem.c ipc/msg.c ipc/shm.c fs/timerfd.c; do
	make_patch "$file" 's/^\t\+return -E[A-Z0-9]*;$/{ asm volatile("nop"); & }/' "$work/one.patch"
	cat "$work/one.patch" >>"$work/image.patch"
done
make_patch fs/eventfd.c \
	'/^static const struct file_operations eventfd_fops = {/,/^};/ s/noop_llseek/default_llseek/' \
	"$work/one.patch"
cat "$work/one.patch" >>"$work/image.patch"
image=$(create_update "$work/image.patch")
mkdir "$work/match"
choose_modules 2 fs/fat/fat drivers/block/loop fs/jbd2/jbd2 net/netfilter/xt_mark fs/ext4/ext4
modules=$("$top/build/bin/ksplice-match" --quiet "${chosen_modules[@]/#/--module=}" \
	--output="$work/match" "$tree" | tail -n 1)

boot --smp 1 --timeout 1800 --file "$image" --file "$modules" --file "$work/alter/alter.ko" <<EOS
image=$(name_id "$image") modules=$(name_id "$modules") flips=$flips
loaded="${chosen_modules[*]##*/}"
$(
	cat <<'EOG'
modprobe ksplice
for module in $loaded; do
	modprobe $module
done
insmod alter.ko
for id in $image $modules; do
	tar xzf ksplice-$id.tar.gz
	for part in ksplice-$id/*.ko; do
		ask_core $part
	done
	for part in ksplice-$id/*.ko; do
		flip_bytes $id $part $flips 20221211 || fail "see above"
	done
	sed 's/ .*//; s/^/rmmod /' /proc/modules | grep ksplice_ | sh -e
done
EOG
)
EOS
