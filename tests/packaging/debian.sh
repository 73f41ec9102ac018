#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# debian.sh - `make deb`: lintian finds no error and no warning; each program and each
# plugin is in its package; the small package needs no compiler and no libbfd; a second
# build, in another place and another environment, gives the same bytes
set -eu -o pipefail

top=$(readlink -f "$(dirname "$0")/../..")
for program in dpkg-buildpackage dh lintian; do
	command -v $program >/dev/null || {
		echo "$program is not installed"
		exit 77
	}
done
if ! missing=$(cd "$top" && dpkg-checkbuilddeps 2>&1); then
	echo "$missing"
	exit 77
fi
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES KSPLICE_LIBDIR CFLAGS CXXFLAGS LDFLAGS
work=$(mktemp -d "${TMPDIR:-/tmp}/ksplice-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/verdict_lines.sh
. "$top/tests/verdict_lines.sh"

# build_packages FOLDER: with the sources as they are now.
build_packages() {
	mkdir -p "$1"
	tar -xzf "$work/source.tar.gz" -C "$1"
	make -C "$1"/ksplice-* deb DEBFLAGS="-j1" >"$1.log" 2>&1 </dev/null || {
		tail -n 40 "$1.log"
		echo "the packages do not build"
		exit 1
	}
}

# has PACKAGE REGEX: the package has a file whose path matches.
has() {
	dpkg-deb --fsys-tarfile "$work"/one/ksplice-*/build/deb/"$1"_*.deb | tar -t >"$work/list"
	check "$1 has $2" "it has not" grep -qE "^\./$2$" "$work/list"
}

# The tests' own build is not touched: the archive is made in a copy.
mkdir "$work/tree"
(cd "$top" && tar --exclude=./build --exclude=./.git -cf - .) | tar -xf - -C "$work/tree"
make -C "$work/tree" dist >/dev/null
mv "$work"/tree/build/ksplice-*.tar.gz "$work/source.tar.gz"

# The unit tests are tests of their own in make check.
export DEB_BUILD_OPTIONS=nocheck
build_packages "$work/one"
(
	export TZ=Asia/Kathmandu LC_ALL=C.UTF-8 HOME=$work
	umask 077
	build_packages "$work/elsewhere/two"
) || exit 1

debs=("$work"/one/ksplice-*/build/deb/ksplice*.deb)
check "the packages are there" "${debs[*]}" [ ${#debs[@]} -ge 4 ]
for file in "$work"/one/ksplice-*/build/deb/ksplice*.{deb,dsc,tar.xz}; do
	check "the same bytes: ${file##*/}" "they differ" \
		cmp "$file" "$work"/elsewhere/two/ksplice-*/build/deb/"${file##*/}"
done

lintian --fail-on error,warning "$work"/one/ksplice-*/build/deb/ksplice*.changes \
	>"$work/lintian" 2>&1 || not_ok lintian "$(cat "$work/lintian")"
check "no override hides what lintian finds" "$(find "$top/debian" -name '*lintian*')" \
	[ -z "$(find "$top/debian" -name '*lintian*')" ]

has ksplice usr/bin/ksplice-apply
has ksplice usr/bin/ksplice-undo
has ksplice usr/bin/ksplice-view
has ksplice-cc usr/bin/ksplice-cc
while read -r major; do
	has ksplice-cc "usr/lib/ksplice/ksplice-plugin-$major.so"
done < <(sed -n 's/.*gcc-\([0-9]*\)-plugin-dev.*/\1/p' "$top/debian/control")
for tool in create diff index match; do
	has ksplice-tools "usr/bin/ksplice-$tool"
done
has ksplice-tools usr/include/ksplice/ksplice.h
has ksplice-dkms 'usr/src/ksplice-.*/dkms.conf'

# depends PACKAGE: what it needs, one a line.
depends() {
	dpkg-deb -f "$work"/one/ksplice-*/build/deb/"$1"_*.deb Depends | sed 's/[,|] */\n/g'
}
heavy=$(depends ksplice | grep -E '^(gcc|g\+\+|cpp|libbinutils|binutils|make|ksplice-tools|ksplice-cc|dkms)\b' || true)
check_equal "ksplice needs no compiler, no libbfd and no tool that makes updates" "$heavy" ""
check "ksplice-tools needs libbfd" "$(depends ksplice-tools)" \
	grep -q '^libbinutils' <(depends ksplice-tools)
exit "$failed"
