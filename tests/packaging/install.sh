#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# install.sh - make install, uninstall and dist: what is left in build/ by another version
# is not installed; uninstall leaves other people's files; the archive of the source is the
# same from git, from a copy and from itself; the version is the same everywhere
set -eu -o pipefail

top=$(readlink -f "$(dirname "$0")/../..")
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES SOURCE_DATE_EPOCH
work=$(mktemp -d "${TMPDIR:-/tmp}/ksplice-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/verdict_lines.sh
. "$top/tests/verdict_lines.sh"
version=$(sed -n 's/^#define KSPLICE_VERSION "\(.*\)"/\1/p' "$top/abi/version.h")

# ---- one version ---------------------------------------------------------------------

check_equal "debian/changelog has the version" \
	"$(sed -n '1s/^ksplice (\([^)]*\)).*/\1/p' "$top/debian/changelog")" "$version"
check_equal "the RPM spec has the version" \
	"$(sed -n 's/^Version: *//p' "$top/docs/packaging/ksplice.spec")" "$version"
check_equal "make help knows the version" \
	"$(make -s -C "$top" help | grep -o 'build/ksplice-[^ ]*')" "build/ksplice-$version.tar.gz"

# Each package that tests/packages names for the build is a build dependency; the compiler,
# libc and make need not be declared.
while read -r group package _; do
	[ "$group" = build ] || continue
	case $package in gcc | g++ | libc6-dev | make) continue ;; esac
	[ "$package" != gcc-%-plugin-dev ] || package='gcc-[0-9]*-plugin-dev'
	check "debian/control: Build-Depends has $package" "" \
		grep -qE "^ +$package,?$" <(sed '/^$/q' "$top/debian/control")
done < <(grep -v '^#' "$top/tests/packages")

# ---- install and uninstall -----------------------------------------------------------

# A copy of what is built, with what an older version left.
mkdir "$work/tree"
(cd "$top" && tar --exclude=./build/tests --exclude=./build/san --exclude='./build/kmod-*' \
	--exclude=./build/deb --exclude=./build/obj --exclude=./.git -cf - .) |
	tar -xf - -C "$work/tree"
cp -rp "$top/build/obj" "$work/tree/build/"
touch "$work/tree/build/lib/ksplice/ksplice-plugin-9.so" \
	"$work/tree/build/lib/ksplice/template/old.c" "$work/tree/build/bin/ksplice-old"
root=$work/root
make -C "$work/tree" install DESTDIR="$root" PREFIX=/usr >"$work/log" 2>&1 || {
	tail -n 20 "$work/log"
	exit 1
}
check_equal "install takes nothing that this version does not build" \
	"$(find "$root" -name '*plugin-9*' -o -name 'old.c' -o -name 'ksplice-old')" ""
for file in bin/ksplice-cc bin/ksplice-apply lib/ksplice/shadow.so lib/ksplice/kmod/Kbuild \
	lib/ksplice/template/Kbuild lib/ksplice/abi/update.h share/man/man1/ksplice-create.1; do
	check "install: $file" "is missing" [ -s "$root/usr/$file" ]
done
major=$(gcc -dumpversion | cut -d. -f1)
check "install: the plugin" "is missing" [ -s "$root/usr/lib/ksplice/ksplice-plugin-$major.so" ]
check_equal "an installed program runs" "$("$root/usr/bin/ksplice-create" --version)" \
	"ksplice-create $version"

# What an author of patches asks pkg-config for, where the root is.
if command -v pkg-config >/dev/null; then
	export PKG_CONFIG_LIBDIR=$root/usr/share/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root
	check_equal "pkg-config: the version" "$(pkg-config --modversion ksplice)" "$version"
	folder=$(pkg-config --cflags-only-I ksplice)
	folder=${folder#-I}
	check "pkg-config: the header" "$folder" [ -s "${folder% }/ksplice.h" ]
	check "pkg-config: KSPLICE is defined" "" grep -qw -e -DKSPLICE <(pkg-config --cflags ksplice)
	unset PKG_CONFIG_LIBDIR PKG_CONFIG_SYSROOT_DIR
else
	skip "pkg-config" "it is not installed"
fi

# An older version's plugin goes, a module that the administrator put there stays.
touch "$root/usr/lib/ksplice/ksplice-plugin-8.so"
mkdir -p "$root/usr/lib/ksplice/modules/6.1.0" "$root/usr/bin"
touch "$root/usr/lib/ksplice/modules/6.1.0/ksplice.ko" "$root/usr/bin/ksplice-other"
make -C "$work/tree" uninstall DESTDIR="$root" PREFIX=/usr >"$work/log" 2>&1 || {
	tail -n 20 "$work/log"
	exit 1
}
check_equal "uninstall removes all that is ours, and no more" \
	"$(cd "$root" && find . ! -type d | sort | tr '\n' ' ')" \
	"./usr/bin/ksplice-other ./usr/lib/ksplice/modules/6.1.0/ksplice.ko "
make -C "$work/tree" uninstall DESTDIR="$work/nothing" PREFIX=/usr >"$work/log" 2>&1 ||
	not_ok "uninstall where nothing is installed" "$(tail -n 3 "$work/log")"

# ---- dist ----------------------------------------------------------------------------

archive=build/ksplice-$version.tar.gz
rm -rf "$work/tree/build"
make -s -C "$work/tree" dist >/dev/null
mkdir "$work/unpacked"
tar -xzf "$work/tree/$archive" -C "$work/unpacked"
find "$work/unpacked" -exec touch -d 2001-01-01 {} +
(
	umask 077
	TZ=Asia/Kathmandu make -s -C "$work/unpacked/ksplice-$version" dist >/dev/null
)
check "dist: the archive gives the same archive" "they differ" \
	cmp "$work/tree/$archive" "$work/unpacked/ksplice-$version/$archive"
check_equal "dist: one folder" "$(ls "$work/unpacked")" "ksplice-$version"
check_equal "dist: no result of a build" \
	"$(tar -tzf "$work/tree/$archive" | grep -E '^[^/]*/(build|\.git)/' || true)" ""
if command -v git >/dev/null; then
	cd "$work/unpacked/ksplice-$version"
	rm -r build
	git -c init.defaultBranch=main init -q .
	git add -A
	touch not-for-the-archive
	make -s dist >/dev/null
	check "dist: from git the same, without files that git does not know" "they differ" \
		cmp "$work/tree/$archive" "$archive"
else
	skip "dist from git" "git is not installed"
fi
exit "$failed"
