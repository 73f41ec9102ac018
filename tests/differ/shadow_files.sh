#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shadow_files.sh - what a compiler reads with the library that ksplice-create preloads:
# files that a patch edits, adds and deletes, under each path that leads to them
set -eu

top=$(readlink -f "$(dirname "$0")/../..")
library=$top/${KSPLICE_BUILD:-build}/lib/ksplice/shadow.so
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/verdict_lines.sh
. "$top/tests/verdict_lines.sh"

cd "$work"
mkdir -p src/include/linux src/arch/linux src/kernel shadow obj
echo 'int from_linux;' >src/include/linux/a.h
echo 'int edited_before;' >src/kernel/edited.h
echo 'int deleted_here;' >src/arch/linux/deleted.h
echo 'int deleted_there;' >src/include/linux/deleted.h
echo 'int is_static;' >src/kernel/beside.h
ln -s arch/linux src/linked

# entry ORIGINAL [REPLACEMENT]: a pair of the list
entry() {
	printf '%s\0%s\0' "$work/src/$1" "$work/shadow/${2-none}" >>list
}
echo 'int from_arch;' >shadow/a.h
echo 'int edited_behind;' >shadow/edited.h
echo 'int added_here;' >shadow/added.h
entry arch/linux/a.h a.h
entry kernel/edited.h edited.h
entry arch/linux/deleted.h
entry kernel/added.h added.h
entry nowhere/added.h edited.h

# reads WHAT WORD... : the compile of the lines on standard input, in obj, gives the text
# WHAT, "none": it fails. The words are options.
reads() {
	local what=$1 got
	shift
	rm -f log
	cat >src/kernel/main.c
	got=$(cd obj && LD_PRELOAD=$library KSPLICE_SHADOW=$work/list KSPLICE_SHADOW_LOG=$work/log \
		gcc -E -P "$@" ../src/kernel/main.c 2>/dev/null) || got=none
	got=$(tr '\n' ' ' <<<"$got")
	case " $got" in
	*" $what"[\ \;]*) ok "$label" ;;
	*) not_ok "$label: $got, not $what" ;;
	esac
}

label='an edited file'
reads edited_behind <<<'#include "edited.h"'
label='a file that is added, beside the one that includes it'
reads added_here <<<'#include "added.h"'
label='the same with dots in its path'
reads added_here <<<'#include "../kernel/../kernel/added.h"'
label='a file that is added to an earlier folder of the search'
reads from_arch -I../src/arch -I../src/include <<<'#include <linux/a.h>'
label='the same, with the folders the other way round'
reads from_linux -I../src/include -I../src/arch <<<'#include <linux/a.h>'
label='the same through a link to its folder'
reads from_arch -I"$work/src" <<<'#include <linked/a.h>'
label='its name in another folder'
reads none <<<'#include "../include/added.h"'
label='a file in a folder that does not exist'
reads none <<<'#include "../nowhere/added.h"'
label='a file that is deleted'
reads none -I../src/arch <<<'#include <linux/deleted.h>'
label='the search goes on behind a deleted file'
reads deleted_there -I../src/arch -I../src/include <<<'#include <linux/deleted.h>'
label='__has_include() of what is added and deleted'
reads 'yes no' -I../src/arch <<'END'
#if __has_include("added.h") && __has_include(<linux/a.h>)
yes
#endif
#if !__has_include(<linux/deleted.h>) && !__has_include("../include/added.h")
no
#endif
;
END
label='-include of what is added'
reads added_here -include ../src/kernel/added.h <<<'int other;'

label='an untouched file'
reads is_static <<<'#include "beside.h"'
if tr '\0' '\n' <log | grep -q '^cc1$' && ! tr '\0' '\n' <log | grep -q /; then
	ok "the log names the compiler, and no file"
else
	not_ok "the log of a compile without files of the patch: $(tr '\0' ' ' <log)"
fi
reads added_here <<<'#include "added.h"' >/dev/null
if tr '\0' '\n' <log | grep -qx "$work/src/kernel/added.h"; then
	ok "the log names a file that was added"
else
	not_ok "the log: $(tr '\0' ' ' <log)"
fi
exit $failed
