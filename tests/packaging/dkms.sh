#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# dkms.sh OBJTREE - what ksplice-dkms has: the commands of its dkms.conf build ksplice.ko
# from the installed source alone, and leave out kernels that it does not fit
#
# The conf is a piece of shell that dkms reads, and so does this; dkms itself, in a system
# with a kernel's headers, is the business of debian/tests/module-builds.
set -eu -o pipefail

top=$(readlink -f "$(dirname "$0")/../..")
tree=$(readlink -f "${1:-$KSPLICE_TREE}")
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
work=$(mktemp -d "${TMPDIR:-/tmp}/ksplice-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/verdict_lines.sh
. "$top/tests/verdict_lines.sh"
version=$(sed -n 's/^#define KSPLICE_VERSION "\(.*\)"/\1/p' "$top/abi/version.h")

# As debian/ksplice-dkms.install has it.
build=$work/dkms/ksplice/$version/build
mkdir -p "$build"
while read -r from to; do
	check_equal "$from goes to the source folder of dkms" "$to" \
		"usr/src/ksplice-\${env:VERSION}"
	cp -r "$top/build/lib/${from#usr/lib/}" "$build/"
done <"$top/debian/ksplice-dkms.install"
sed "s/#MODULE_VERSION#/$version/" "$top/debian/ksplice-dkms.dkms" >"$build/dkms.conf"

# What dkms sets when it reads the conf; the names in capitals are those that it reads.
# shellcheck disable=SC2034
kernel_source_dir=$tree dkms_tree=$work/dkms
# shellcheck source=/dev/null
. "$build/dkms.conf"
# shellcheck disable=SC2154
{
	check_equal "the package" "$PACKAGE_NAME/$PACKAGE_VERSION" "ksplice/$version"
	(cd "$build" && eval "${MAKE[0]}") >"$work/log" 2>&1 || {
		tail -n 20 "$work/log"
		not_ok "MAKE" "${MAKE[0]}"
	}
	module=$build/${BUILT_MODULE_LOCATION[0]}/${BUILT_MODULE_NAME[0]}.ko
	release=$(cat "$tree/include/config/kernel.release")
	check "the module is where dkms looks" "$module" [ -s "$module" ]
	check "it is for this kernel" "" grep -q "^vermagic=$release " \
		<(tr '\0' '\n' <"$module" | grep -a '^vermagic=')
	check "it is this version" "" grep -qx "version=$version" \
		<(tr '\0' '\n' <"$module" | grep -a '^version=')
	check "Linux 6.1 is for it" "" grep -qE "$BUILD_EXCLUSIVE_KERNEL" <<<6.1.0-56-cloud-amd64
	for other in 6.10.4 6.12.1-amd64 5.10.0 16.1.0; do
		check_equal "Linux $other is not" \
			"$(grep -cE "$BUILD_EXCLUSIVE_KERNEL" <<<$other || true)" 0
	done
	for option in $BUILD_EXCLUSIVE_CONFIG; do
		check "the test kernel has $option" "the name may be wrong" \
			grep -q "^$option=y" "$tree/.config"
	done
	(cd "$build" && eval "$CLEAN") >"$work/log" 2>&1 || not_ok "CLEAN" "$(tail -n 3 "$work/log")"
	check "CLEAN removes the module" "" [ ! -e "$module" ]
}
exit "$failed"
