#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# update_deb.sh OBJTREE - ksplice-create --deb: what is in the package, that it is
# reproducible, what dpkg makes of it (installed, upgraded, removed, purged, in a root of its
# own), and what is said without dpkg-deb. tests/kmod/test_update_package.sh runs its scripts.

command -v dpkg-deb >/dev/null || {
	echo "dpkg-deb is not installed"
	exit 77
}
# shellcheck source=tests/differ/create_checks.sh
. "$(dirname "$0")/../differ/create_checks.sh"
use_tree "${1:-$KSPLICE_TREE}"
unset DEBFULLNAME DEBEMAIL SOURCE_DATE_EPOCH
release=$(cat "$tree/include/config/kernel.release")
name=ksplice-update-$(echo "$release" | tr 'A-Z_~' 'a-z--')

# field DEB FIELD
field() {
	dpkg-deb -f "$1" "$2"
}

# fails NAME STATUS TEXT COMMAND...: it ends so, and says the text.
fails() {
	local name=$1 wanted=$2 text=$3 status=0
	shift 3
	"$@" >"$work/json" 2>"$work/err" || status=$?
	check_equal "$name: exit status" "$status" "$wanted"
	check "$name: $text" "$(cat "$work/err")" grep -qF -e "$text" "$work/err"
}

patch_with fs/proc/loadavg.c \
	'/^static int loadavg_proc_show(/,/^}/ s/^\tseq_printf(/\tseq_puts(m, "patched ");\n&/'
{
	printf 'From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n'
	printf 'From: Somebody <somebody@kernel.org>\nDate: Mon, 1 Jan 2024 00:00:00 +0000\n'
	printf 'Subject: [PATCH] proc: say that it is patched\n\nText.\n---\n'
	cat "$work/fix.patch"
} >"$work/mail.patch"

# ---- made with the update, and from the update ------------------------------------------

SOURCE_DATE_EPOCH=1700000000 "$create" --quiet --patch="$work/mail.patch" --deb \
	--output="$work/out" "$tree" >"$work/paths"
archive=$(sed -n 1p "$work/paths") deb=$(sed -n 2p "$work/paths")
id=${archive##*/ksplice-} id=${id%.tar.gz}
check_equal "the package's file" "${deb##*/}" "${name}_20231114.221320_amd64.deb"
check_equal "Package" "$(field "$deb" Package)" "$name"
check_equal "Version: when the update was made" "$(field "$deb" Version)" 20231114.221320
check_equal "Architecture" "$(field "$deb" Architecture)" amd64
check_equal "Depends: the kernel's package, and the service" "$(field "$deb" Depends)" \
	"ksplice (>= $(sed -n 's/^#define KSPLICE_VERSION "\(.*\)"/\1/p' "$top/abi/version.h")), linux-image-${name#ksplice-update-} | linux-image-${name#ksplice-update-}-unsigned"
check "Description: the update and the title of the patch" "$(field "$deb" Description)" \
	grep -qF 'proc: say that it is patched' <(field "$deb" Description)
mkdir "$work/content"
dpkg-deb -x "$deb" "$work/content"
check "it has the archive" "it differs" \
	cmp "$archive" "$work/content/var/lib/ksplice/$release/ksplice-$id.tar.gz"
check_equal "all of it is root's" "$(dpkg-deb -c "$deb" | awk '$2 != "root/root"')" ""
check_equal "all of it can be read" \
	"$(dpkg-deb -c "$deb" | awk '$1 !~ /^(drwxr-xr-x|-rw-r--r--)$/')" ""

(
	umask 077
	TZ=Asia/Kathmandu "$create" --deb --json --output="$work/again" "$archive" >"$work/json"
)
check "from the update, elsewhere: the same bytes" "they differ" \
	cmp "$deb" "$(jq -r .package "$work/json")"
check_equal "JSON" "$(jq -r .result "$work/json")" created
"$create" --quiet --patch="$work/fix.patch" --deb --json --dry-run --output="$work/dry" "$tree" \
	>"$work/json"
check_equal "--dry-run: no package" "$(jq -r .package "$work/json")" null
check_equal "--dry-run: nothing is written" "$(find "$work/dry" 2>/dev/null)" ""
check_equal "nothing is left in the temporary folder" "$(ls "$TMPDIR")" ""

# ---- its scripts, and what lintian says --------------------------------------------------

dpkg-deb -e "$deb" "$work/control"
if command -v shellcheck >/dev/null; then
	check "shellcheck" "see above" shellcheck "$work"/control/{postinst,prerm,postrm}
else
	skip shellcheck "it is not installed"
fi
if command -v lintian >/dev/null; then
	DEBFULLNAME=Somebody DEBEMAIL=somebody@kernel.org "$create" --deb \
		--output="$work/named" "$archive" >"$work/path"
	check_equal "Maintainer" "$(field "$(cat "$work/path")" Maintainer)" \
		"Somebody <somebody@kernel.org>"
	lintian --fail-on error,warning "$(cat "$work/path")" >"$work/lintian" 2>&1 ||
		not_ok lintian "$(cat "$work/lintian")"
else
	skip lintian "it is not installed"
fi

# ---- dpkg --------------------------------------------------------------------------------

# A newer update for the same kernel: another id, and a later version.
patch_with fs/proc/loadavg.c \
	'/^static int loadavg_proc_show(/,/^}/ s/^\tseq_printf(/\tseq_puts(m, "again ");\n&/'
SOURCE_DATE_EPOCH=1700000001 "$create" --quiet --patch="$work/fix.patch" --deb \
	--output="$work/out" "$tree" >"$work/paths"
newer=$(sed -n 2p "$work/paths") newer_archive=$(sed -n 1p "$work/paths")
check "the newer one has a higher version" "$newer" dpkg --compare-versions \
	"$(field "$newer" Version)" gt "$(field "$deb" Version)"

# With a root of its own, the scripts must not touch the running kernel.
root=$work/root
mkdir -p "$root"/var/lib/dpkg/{info,updates,triggers} "$root/var/lib/ksplice/trial"
touch "$root/var/lib/dpkg/status"
run_dpkg() {
	PATH=$PATH:/usr/sbin:/sbin dpkg --root="$root" --force-not-root --force-depends \
		--force-script-chrootless --log=/dev/null "$@" >"$work/log" 2>&1 || {
		cat "$work/log"
		not_ok "dpkg $*"
	}
}
installed() {
	(cd "$root/var/lib/ksplice" && find . -type f | sort | tr '\n' ' ')
}
run_dpkg -i "$deb"
check_equal "installed" "$(installed)" "./$release/ksplice-$id.tar.gz "
check_equal "the scripts did nothing" "$(grep -i ksplice-apply "$work/log" || true)" ""
run_dpkg -i "$newer"
check_equal "upgraded: the newer takes the older one's place" "$(installed)" \
	"./$release/${newer_archive##*/} "
newer_id=${newer_archive##*/ksplice-} newer_id=${newer_id%.tar.gz}
touch "$root/var/lib/ksplice/trial/$newer_id" "$root/var/lib/ksplice/trial/~other"
run_dpkg -r "$name"
check_equal "removed: what blocks it stays" "$(installed)" "./trial/$newer_id ./trial/~other "
run_dpkg -P "$name"
check_equal "purged" "$(installed)" "./trial/~other "

# ---- what cannot be made ------------------------------------------------------------------

# All programs but dpkg-deb.
mkdir "$work/bin"
for folder in /usr/bin /bin; do
	find "$folder/" -maxdepth 1 ! -type d ! -name dpkg-deb \
		-exec ln -sf -t "$work/bin" {} +
done
fails "without dpkg-deb" 1 "install the package dpkg" \
	env PATH="$work/bin" "$create" --quiet --patch="$work/fix.patch" --deb \
	--output="$work/none" "$tree"
check "it is said before the work" "there is an update" [ ! -e "$work/none" ]
fails "no update" 1 "is damaged, or not an update" "$create" --deb "$work/fix.patch"
fails "no patch and no --deb" 1 "no patch given" "$create" "$archive"

# The names in the manifest get into file names and scripts, so they are checked.
for change in 's/"release": "[^"]*"/"release": "6.1;reboot"/' \
	's/"release": "[^"]*"/"release": "..\/..\/etc"/' 's/"id": "[^"]*"/"id": "a'"'"'b"/' \
	's/"created": "[^"]*"/"created": "yesterday"/' 's/"tool": "[^"]*"/"tool": "1), x (= 1"/'; do
	rm -rf "$work/evil"
	mkdir "$work/evil"
	tar -xzf "$archive" -C "$work/evil"
	sed -i "$change" "$work/evil/ksplice-$id/manifest.json"
	tar -czf "$work/evil.tar.gz" -C "$work/evil" "ksplice-$id"
	fails "$change" 1 "has no valid id, release" "$create" --deb --output="$work/none" \
		"$work/evil.tar.gz"
done
exit "$failed"
