# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# module_trees.sh - the kernels that the core module is checked against; tests source it,
# after tests/vm/session.sh
#
#   test-kernel ($tree), x86_64_defconfig, debian-headers (Debian's linux-headers-6.1)
#
# The trees for the last two are made once, in the cache.

# shellcheck disable=SC2034,SC2154 # these are of session.sh, those for who sources this
cache=${KSPLICE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ksplice}
sources=$(find "$top/kmod" -name '*.c' -not -name '*.mod.c' -not -path '*/template/*' | wc -l)
failed=

# build_core NAME OBJTREE [ARGUMENT...]: builds a copy of kmod, in $work/NAME, with make's
# arguments and the compiler of the tree's configuration; $work/NAME.log has what it said.
build_core() {
	local name=$1 objtree=$2 copy=$work/$1 log=$work/$1.log compiler
	shift 2
	compiler=$(sed -n 's/^CONFIG_CC_VERSION_TEXT="\([^ ]*\) .*/\1/p' "$objtree/.config")
	case $compiler in gcc-[0-9]*) ;; *) compiler=gcc ;; esac
	mkdir "$copy"
	cp -r "$top/kmod" "$top/abi" "$copy/"
	# All warnings, also where the kernel's configuration makes the first one an error.
	if ! make -C "$objtree" M="$copy/kmod" CC="$compiler" "$@" KCFLAGS=-Wno-error \
		KBUILD_MODPOST_WARN=1 modules >"$log" 2>&1; then
		grep -E 'error|Error' "$log" | head -n 20
		echo "not ok $name: kmod does not build"
		failed=1
		return 1
	fi
}

# make_cached NAME COMMAND...: the folder that the command fills, made once.
make_cached() {
	local folder=$cache/$1
	shift
	if [ ! -e "$folder/.complete" ]; then
		rm -rf "$folder" "$folder.new"
		mkdir -p "$folder.new"
		"$@" "$folder.new" >"$work/cache.log" 2>&1 || {
			tail -n 5 "$work/cache.log" >&2
			rm -rf "$folder.new"
			return 1
		}
		touch "$folder.new/.complete"
		mv "$folder.new" "$folder"
	fi
	echo "$folder"
}

# What modules need of a kernel that is configured by default.
make_defconfig() {
	make -C "$source" O="$1" x86_64_defconfig
	make -j"$(nproc)" -C "$source" O="$1" modules_prepare
}

# The same without kprobes.
make_no_kprobes() {
	make -C "$source" O="$1" x86_64_defconfig
	"$source/scripts/config" --file "$1/.config" --disable KPROBES
	make -C "$source" O="$1" olddefconfig
	grep -q '^# CONFIG_KPROBES is not set' "$1/.config" || return 1
	make -j"$(nproc)" -C "$source" O="$1" modules_prepare
}

# Debian's headers, with the paths of the folder that they are unpacked in.
make_debian() {
	local folder=$1 package
	mkdir "$folder/packages"
	(cd "$folder/packages" && apt-get -q download "linux-headers-$abi-cloud-amd64" \
		"linux-headers-$abi-common" linux-kbuild-6.1) || return 1
	for package in "$folder"/packages/*.deb; do
		dpkg-deb -x "$package" "$folder/root" || return 1
	done
	rm -r "$folder/packages"
	grep -rIl /usr/src/linux-headers "$folder/root/usr/src/linux-headers-$abi-cloud-amd64" \
		--include=Makefile | xargs -r sed -i "s|/usr/src/|${folder%.new}/root/usr/src/|g"
}

# for_each_tree FUNCTION: calls it with the name and the path of each.
for_each_tree() {
	local defconfig abi debian
	"$1" test-kernel "$tree"

	if [ -e "$tree/source" ]; then
		defconfig=$(make_cached "defconfig-$(basename "$source")" make_defconfig) || failed=1
		[ -z "$defconfig" ] || "$1" x86_64_defconfig "$defconfig"
	else
		# Its source has a kernel built in it, and takes no other O= tree.
		echo "skip x86_64_defconfig: the test kernel was built in its source"
	fi

	# The newest of Debian 12.
	abi=$(apt-cache search --names-only '^linux-headers-6\.1\.0-[0-9]*-cloud-amd64$' |
		sed 's/^linux-headers-\(.*\)-cloud-amd64 .*/\1/' | sort -V | tail -n 1)
	debian=
	[ -z "$abi" ] || debian=$(make_cached "headers-$abi" make_debian) || debian=
	if [ -n "$debian" ]; then
		"$1" debian-headers "$debian/root/usr/src/linux-headers-$abi-cloud-amd64"
	else
		echo "skip debian-headers: apt has no linux-headers-6.1"
	fi
}
