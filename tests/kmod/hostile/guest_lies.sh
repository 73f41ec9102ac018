# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# guest_lies.sh - all lies of the hostile clients, for guest scripts that contain it
#
#   check_client ID     an update, whose archive is here; the test's modules are in modules/
#
# The text as it has to be is in /tmp/before.

# check_case COMMAND CASE ID MODULE.ko: refused, and nothing is left of it.
check_case() {
	lsmod | grep -q '^exporter ' || insmod modules/exporter.ko
	"$1" "$2" "$3" "$4" modules || believed="$believed $2"
	! lsmod | grep -q '^ksplice_' || fail "$2: a module is loaded"
	! lsmod | grep -q '^thief' || fail "$2: the thief is loaded"
	[ -z "$(find /sys/kernel/ksplice -mindepth 1 -type d)" ] || fail "$2: in sysfs"
	lies=$((lies + 1))
}

lie_about_list() {
	hostile_list "$1" "$3"
}

# check_lies ID MODULE.ko: all of them
check_lies() {
	local lie client
	lies=0 believed=
	for lie in $(hostile_list); do
		check_case lie_about_list "$lie" "$1" "$2"
	done
	for client in hostile_load hostile_race hostile_announce; do
		$client >/tmp/cases || fail "$client lists no cases"
		while read -r lie; do
			check_case $client "$lie" "$1" "$2" </dev/null
		done </tmp/cases
	done
	[ -z "$believed" ] || fail "not refused as expected:$believed"
	[ $lies -ge 60 ] || fail "only $lies lies"
	dmesg >/tmp/log
	! grep -E '(thief|impostor): runs' /tmp/log || fail "code of a refused module ran"
	# The core gives no address of the kernel away.
	! grep -E 'ksplice: .*ffffffff[0-9a-f]{8}' /tmp/log || fail "an address is in the log"
	rmmod exporter
	echo "$lies lies"
}

check_client() {
	tar -xzf "ksplice-$1.tar.gz" -C /tmp
	check_lies "$1" "/tmp/ksplice-$1/ksplice-$1-vmlinux.ko"
	kernel_text compare /tmp/before

	# And who tells the truth is served.
	apply "ksplice-$1.tar.gz"
	undo "$1"
	kernel_text compare /tmp/before
	rmmod ksplice
}
