#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# userland.sh - a program of Debian's that is no kernel, built with CC=ksplice-cc
#
#     tests/long/userland.sh [OBJTREE [PACKAGE]]
#
# Gets the source of PACKAGE (gzip: configure, gnulib, a test suite of its own), builds it
# with gcc and then with ksplice-cc in a folder of the same name, and runs its tests.
# Objects, archives and programs must be identical, each object recorded, the tests'
# outcome the same. OBJTREE is not looked at. The sources that apt is configured
# for are asked for source packages; the machine's own configuration stays as it is.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/recorder/result_lines.sh
. "$here/../recorder/result_lines.sh"
package=${2:-gzip}
cache=${KSPLICE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ksplice}/source-packages
cd "$folder" || exit 1

# fetch_source: PACKAGE_*.dsc and what belongs to it into the cache.
fetch_source() {
	local options file
	mkdir -p parts lists/partial archives/partial "$cache"
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
		[ ! -f "$file" ] || sed -E 's/^deb([[:blank:]])/deb-src\1/; s/^Types:.*/Types: deb-src/' \
			"$file" >"parts/${file##*/}"
	done
	options=(-o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$PWD/parts"
		-o Dir::State::Lists="$PWD/lists" -o Dir::Cache="$PWD/archives"
		-o APT::Get::List-Cleanup=0 -o APT::Sandbox::User=)
	# Not every source has source packages; one that has this one is enough.
	apt-get -q "${options[@]}" update >fetch.log 2>&1
	(cd "$cache" && apt-get -q "${options[@]}" source --download-only "$package") \
		>>fetch.log 2>&1
}

ls "$cache/$package"_*.dsc >/dev/null 2>&1 || fetch_source || {
	echo "apt has no source of $package: $(tail -n 1 fetch.log)"
	exit 77
}
# The newest, where there are several.
source=$(find "$cache" -name "${package}_*.dsc" | sort -V | tail -n 1)

# build COMPILER: unpacked, configured and built in ./tree
build() {
	rm -rf tree
	dpkg-source --no-check -x "$source" tree && cd tree || return
	# What generates the generated files would find patches newer than these.
	./configure CC="$1" ACLOCAL=true AUTOCONF=true AUTOMAKE=true AUTOHEADER=true \
		MAKEINFO=true && make -j"$(nproc)"
}

list_files() {
	(cd "$1" && find . -path ./.ksplice -prune -o -type f \
		\( -name '*.o' -o -name '*.a' -o -perm -u+x \) -exec sh -c \
		'head -c 8 "$1" | grep -qaE "ELF|!<arch>" && echo "$1"' - {} \; | sort)
}

count_results() {
	make check 2>&1 | grep -E '^# (TOTAL|PASS|SKIP|XFAIL|FAIL|XPASS|ERROR):'
}

(build gcc) >plain.log 2>&1 || {
	tail -n 5 plain.log
	echo "$package does not build with gcc"
	exit 77
}
(cd tree && count_results) >plain.results
mv tree plain
(build "$wrapper") >recorded.log 2>&1
check "$package builds" "$(tail -n 5 recorded.log)" test $? = 0
(cd tree && count_results) >recorded.results
check "its tests: $(tr '\n' ' ' <recorded.results)" "with gcc: $(tr '\n' ' ' <plain.results)" \
	cmp -s plain.results recorded.results
check "its tests pass" "some fail" grep -qx '# FAIL:  0' recorded.results
check "same messages" "$(diff <(grep -i warning plain.log) <(grep -i warning recorded.log))" \
	cmp -s <(grep -i warning plain.log | sort) <(grep -i warning recorded.log | sort)
list_files plain >plain.files
list_files tree >recorded.files
check "the same files" "$(diff plain.files recorded.files)" cmp -s plain.files recorded.files
differing=$(while read -r file; do cmp "plain/$file" "tree/$file"; done <recorded.files 2>&1)
check "identical: $(wc -l <recorded.files) files" "$differing" \
	test -z "$differing" -a -s recorded.files
# root/.ksplice/<object>.json.* is the record of root/<object>.
find tree -name '*.o' | sort >objects
find tree -path '*/.ksplice/*.json.*' | sed -E 's|\.ksplice/||; s|\.json\..*||' | sort >records
unrecorded=$(comm -23 objects records)
check "recorded: $(wc -l <objects) objects" "these are not: $unrecorded" \
	test -z "$unrecorded" -a -s objects
exit "$failed"
