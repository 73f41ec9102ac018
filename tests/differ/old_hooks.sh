#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# old_hooks.sh - hooks that the source had before the patch are of an earlier update: they
# are not called, and ksplice-create says so
#
# A file of the kernel's source is replaced, for this test alone, by one with a hook at its
# end, where it changes no line number: by a bind mount in a namespace of its own.
#
#   KSPLICE_TREE=TREE old_hooks.sh
# shellcheck source=tests/differ/create_checks.sh
. "$(dirname "$0")/create_checks.sh"

use_tree "$KSPLICE_TREE"
file=kernel/sys.c
# A kernel that runs 32-bit programs has the function under two names; the report has the
# first one.
getppid=$(nm "$tree/vmlinux" | sed -n 's/.* \(__[a-z]*[0-9][0-9]_sys_getppid\)$/\1/p' | sort | head -n 1)

if [ "${1-}" != --inside ]; then
	unshare -rm true 2>/dev/null || {
		echo "mount namespaces are not allowed here"
		exit 77
	}
	exec unshare -rm "$0" --inside
fi

{
	cat "$source/$file"
	cat <<'END'

#ifdef KSPLICE
#include <ksplice.h>
static void old_set(void) { pr_info("old\n"); }
static int old_reset(void) { return 0; }
ksplice_post_apply(old_set);
ksplice_pre_reverse (
	old_reset);
#endif
END
} >"$work/with_hook.c"
mount --bind "$work/with_hook.c" "$source/$file"

# list_hooks: of the update that was made.
list_hooks() {
	jq -r '[.hooks[].name] | sort | join(" ")' "$work/json"
}

# check_hooks NAME WANTED
check_hooks() {
	if [ "$(list_hooks)" = "$2" ]; then
		ok "$1: hooks: $2"
	else
		not_ok "$1: hooks $(list_hooks), not $2"
	fi
}

# check_old NAME FUNCTION...: exactly these are said to be old.
check_old() {
	local name=$1 got
	shift
	got=$(jq -r '[.findings[] | select(.kind == "old-hook") | .name] | sort | join(" ")' "$work/json")
	if [ "$got" = "$*" ]; then
		ok "$name: old hooks: $*"
	else
		not_ok "$name: old hooks $got, not $*"
	fi
}

patch_with $file '/^SYSCALL_DEFINE0(getppid)/,/^}/s/^\treturn pid;/\tpid += pid == 4711;\n&/'
answer "a patch without hooks" "created $getppid"
check_hooks "a patch without hooks" ""
check_old "a patch without hooks" old_reset old_set

patch_with $file -e '/^SYSCALL_DEFINE0(getppid)/,/^}/s/^\treturn pid;/\tpid += pid == 4711;\n&/' \
	-e 's/^ksplice_post_apply(old_set);/&\nstatic void new_check(void) { }\nksplice_fail_apply(new_check);/'
answer "a new hook among old ones" "created $getppid"
check_hooks "a new hook among old ones" new_check
check_old "a new hook among old ones" old_reset old_set

patch_with $file -e '/^SYSCALL_DEFINE0(getppid)/,/^}/s/^\treturn pid;/\tpid += pid == 4711;\n&/' \
	-e '/^#ifdef KSPLICE/,/^#endif/d'
answer "a patch that removes old hooks" "created $getppid"
check_hooks "a patch that removes old hooks" ""
check_old "a patch that removes old hooks"

exit $failed
