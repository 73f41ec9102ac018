#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# view_while_undone.sh - ksplice-view, while an update that it reads goes: it is not there,
# and the others are shown; what cannot be read for another reason is an error
#
# The kernel's files are made by hand. A pipe among them tells when ksplice-view reads it.
set -eu -o pipefail

top=$(readlink -f "$(dirname "$0")/../..")
if [ "${1-}" != inside ]; then
	[ "$(id -u)" = 0 ] || {
		echo "only root can mount"
		exit 77
	}
	exec unshare --mount "$0" inside
fi

view=$top/${KSPLICE_BUILD:-build}/bin/ksplice-view
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mount -t tmpfs none /sys/kernel
files=(state target build_id parts functions constants hooks depends overridden replaced_by
	conflicts stacks changed_at pause_ns stop_ns attempts)
failed=0

# make_update ID: one that is applied.
make_update() {
	local file
	rm -rf "/sys/kernel/ksplice/$1"
	mkdir -p "/sys/kernel/ksplice/$1"
	for file in "${files[@]}"; do
		echo 0 >"/sys/kernel/ksplice/$1/$file"
	done
	echo applied >"/sys/kernel/ksplice/$1/state"
	echo "vmlinux applied ksplice_$1" >"/sys/kernel/ksplice/$1/parts"
}

# view_during WANTED COMMAND ARGUMENT...: ksplice-view with these arguments; the command
# runs while it reads the state of aaa. Its exit code and the ids that it shows are WANTED.
view_during() {
	local wanted=$1 command=$2 status=0 viewer
	shift 2
	make_update aaa
	make_update bbb
	rm /sys/kernel/ksplice/aaa/state
	mkfifo /sys/kernel/ksplice/aaa/state
	"$view" "$@" >"$work/out" 2>"$work/err" &
	viewer=$!
	exec 3>/sys/kernel/ksplice/aaa/state # when ksplice-view has opened it
	$command
	echo applied >&3
	exec 3>&-
	wait $viewer || status=$?
	if [ "$status $(awk '$2 == "applied" { print $1 }' "$work/out" | xargs)" = "$wanted" ]; then
		echo "ok ksplice-view $*, $command"
	else
		echo "not ok ksplice-view $*, $command: exit code $status"
		cat "$work/out" "$work/err"
		failed=1
	fi
}

# shellcheck disable=SC2317 # view_during calls it
take_away() {
	rm -r /sys/kernel/ksplice/aaa
}

# shellcheck disable=SC2317 # likewise
damage() {
	rm /sys/kernel/ksplice/aaa/attempts
}

view_during "0 aaa bbb" true
view_during "0 bbb" take_away
view_during "1 " damage
view_during "3 " take_away aaa
view_during "1 " damage aaa
exit $failed
