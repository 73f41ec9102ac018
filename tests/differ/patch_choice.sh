#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# patch_choice.sh - ksplice-create --each: of many patches, one update of those that can
# be live; what is left out is named, with the reason; folders of patches; CVE numbers
#
#   patch_choice.sh [TREE]...      instead of $KSPLICE_TREE
#
# shellcheck source=tests/differ/create_checks.sh
. "$(dirname "$0")/create_checks.sh"

# chooses NAME STATUS RESULT ARGUMENT...: the answer of --each to these arguments.
chooses() {
	local name=$1 wanted="$2 $3" status=0 got
	shift 3
	rm -f "$work"/out/*
	"$top/tests/create_audited" --each --json --output="$work/out" "$@" "$tree" \
		>"$work/json" 2>"$work/err" || status=$?
	got="$status $(jq -r .result "$work/json" || true)"
	if [ "$got" = "$wanted" ]; then
		ok "$name: $got"
	else
		not_ok "$name: $got, not $wanted"
		sed 's/^/  /' "$work/err"
	fi
}

# has NAME FILTER WANTED: what jq makes of the answer.
has() {
	local got
	got=$(jq -r "$2" "$work/json" || true)
	check_equal "$1" "$got" "$3"
}

taken='[.patches[] | .name] | join(" ")'
left_out='[.left_out[] | "\(.name | sub(".*/"; "")) \(.reason // "error")"] | join(", ")'
same='[.without_change[] | .name | sub(".*/"; "")] | join(" ")'

# Writes $work/$1, the difference that the sed commands make in a file, which keeps it for
# the next patch; as a mail with the title.
add_patch() {
	local patch=$work/$1 title=$2 file=$3
	shift 3
	mkdir -p "$(dirname "$patch")" "$work/now/$(dirname "$file")"
	[ -e "$work/now/$file" ] || cp "$source/$file" "$work/now/$file"
	sed "$@" "$work/now/$file" >"$work/new.c"
	{
		printf '%s\n' "From $(printf '%040d' 0) Mon Sep 17 00:00:00 2001" \
			"From: Somebody <somebody@example.org>" "Subject: [PATCH] $title" '' "$title." \
			"$(words_of "$title")" ---
		diff -u --label "a/$file" --label "b/$file" "$work/now/$file" "$work/new.c" || true
		printf -- '-- \n2.39.5\n\n'
	} >"$patch"
	grep -q '^@@' "$patch" || not_ok "the commands do not change $file: $*"
	cp "$work/new.c" "$work/now/$file"
}

words_of() {
	case $1 in
	*string*) echo 'Fixes CVE-2024-12345 (and CVE-2024-12345), CVE-2023-0001; not CVE-12-3.' ;;
	esac
}

forget() {
	rm -rf "$work/now"
}

check_choice() {
	add_patch p/0001-blank.patch "a blank line" fs/proc/meminfo.c '1i\
'
	add_patch p/0002-string.patch "a string" fs/filesystems.c 's/"nodev"/"no device"/'
	add_patch p/0003-one.patch "sys: one" kernel/sys.c \
		's/info->procs = nr_threads;/info->procs = nr_threads + 1;/'
	add_patch p/0004-two.patch "sys: two" kernel/sys.c 's/nr_threads + 1;/nr_threads + 2;/'
	# refused: a new member, and a function that uses it
	add_patch p/0005-member.patch "a member" fs/eventfd.c \
		's/^struct eventfd_ctx {/&\n\tint ksplice_new;/'
	add_patch p/0006-builds-on.patch "builds on the member" fs/eventfd.c \
		's/^\tint ksplice_new;/&\n\tint ksplice_other;/'
	printf '%s\n' "From $(printf '%040d' 0) Mon Sep 17 00:00:00 2001" \
		'Subject: [PATCH 0/6] all of them' '' 'Read on.' >"$work/p/0000-cover-letter.patch"
	echo 'no patch' >"$work/p/README"
	chooses "a folder" 0 created --patch="$work/p"
	has "those that are in it" "$taken" "0001-blank.patch 0002-string.patch 0003-one.patch 0004-two.patch"
	has "those that are left out" "$left_out" \
		"0005-member.patch changed-layout, 0006-builds-on.patch patch-does-not-apply"
	has "what one builds on" '.left_out[1].may_need | sub(".*/"; "")' 0005-member.patch
	has "those without a change" "$same" 0001-blank.patch
	has "the functions" '.functions | sort | join(" ")' \
		"$(printf '%s\n' filesystems_proc_show "$sysinfo" | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//')"
	has "CVE numbers" '.patches[1].cves | join(" ")' "CVE-2024-12345 CVE-2023-0001"
	check "each one left out is told" "$(cat "$work/err")" \
		grep -q 'left out: .*0006-builds-on.patch (builds on the member).*may need .*0005-member' \
		"$work/err"
	tar -xzOf "$(jq -r .archive "$work/json")" --wildcards '*/manifest.json' >"$work/manifest"
	check_equal "the manifest lists them" \
		"$(jq -r '[.patches[] | .title + (.cves | join(""))] | join(", ")' "$work/manifest")" \
		"a blank line, a stringCVE-2024-12345CVE-2023-0001, sys: one, sys: two"

	printf '%s\n' '# those of today' '0003-one.patch -p1' '' '0004-two.patch # and this' >"$work/p/series"
	chooses "a series of quilt" 0 created --patch="$work/p"
	has "it lists two" "$taken" "0003-one.patch 0004-two.patch"
	echo '0002-string.patch -p0' >>"$work/p/series"
	chooses "an option in it" 2 refused --patch="$work/p"
	has "it is the reason" .reason series-option

	cat "$work"/p/000[035]*.patch >"$work/all.mbox"
	chooses "mails" 0 created --patch="$work/all.mbox"
	has "one of them is left out" "$left_out" "all.mbox, patch 2 changed-layout"
	has "the other is in it" '.patches[0].title' "sys: one"

	chooses "none of them" 2 refused --patch="$work/p/0005-member.patch" \
		--patch="$work/p/0006-builds-on.patch"
	has "it is said" .reason nothing-live
	chooses "those that change nothing" 3 no-change --patch="$work/p/0001-blank.patch" \
		--patch="$work/p/0005-member.patch"
	rm -f "$work"/out/*
	"$create" --each --quiet --dry-run --output="$work/out" --patch="$work/p/0002-string.patch" \
		"$tree" >"$work/said" 2>&1 || not_ok "a dry run" "$(cat "$work/said")"
	check_equal "a dry run leaves nothing" "$(find "$work/out" "$work/tmp" -mindepth 1)" ""
	mkdir "$work/empty"
	chooses "an empty folder" 1 error --patch="$work/empty"
}

# Two that are good, each, and not together; and one that needs another file's.
check_union() {
	forget
	local define='i\
int ksplice_same(void);\
noinline int ksplice_same(void) { return jiffies == 3; }'
	add_patch u/1.patch first fs/filesystems.c -e "/^static int filesystems_proc_show/$define" \
		-e 's/"nodev"/ksplice_same() ? "a" : "nodev"/'
	add_patch u/2.patch second kernel/sys.c -e "/^static int do_sysinfo/$define" \
		-e 's/info->procs = nr_threads;/info->procs = nr_threads + ksplice_same();/'
	forget
	add_patch u/3.patch third fs/proc/meminfo.c -e '/^static int meminfo_proc_show/i\
int ksplice_same(void);\
' -e '/^static int meminfo_proc_show/,/^}/s/si_meminfo(&i);/&\n\tif (ksplice_same())\n\t\treturn 0;/'
	chooses "one name, twice" 0 created --patch="$work/u"
	has "the second is left out" "$left_out" "2.patch defined-twice"
	has "a file that needs another one" "$taken" "1.patch 3.patch"
	rm "$work/u/1.patch" "$work/u/2.patch"
	chooses "without it" 2 refused --patch="$work/u"
	has "it has its reason" "$left_out" "3.patch unknown-symbol"
}

# A repository with a commit whose text is full of traps.
check_commits() {
	local copy=$work/source
	cp -as "$source" "$copy"
	rm -rf "$copy/.git" "$copy/.gitattributes" "$copy/kernel/sys.c" "$copy/fs/eventfd.c"
	cp "$source/kernel/sys.c" "$copy/kernel/sys.c"
	cp "$source/fs/eventfd.c" "$copy/fs/eventfd.c"
	git() {
		command git -C "$copy" -c user.name=x -c user.email=x@y -c core.hooksPath=/dev/null \
			-c init.defaultBranch=main -c commit.gpgsign=false "$@"
	}
	git init -q
	git add -f kernel/sys.c fs/eventfd.c
	git commit -qm base
	git tag base
	sed -i 's/info->procs = nr_threads;/info->procs = nr_threads + 1;/' "$copy/kernel/sys.c"
	git commit -qa -F - <<'TEXT'
sys: one more

diff --git a/none b/none
--- a/none
+++ b/none
@@ -1 +1 @@
-a
+b
This is CVE-2024-4711.
TEXT
	sed -i 's/^struct eventfd_ctx {/&\n\tint ksplice_new;/' "$copy/fs/eventfd.c"
	git commit -qam "eventfd: a member"
	git tag end
	git checkout -q --detach base
	chooses "commits" 0 created --git=base..end --source="$copy"
	has "the one that is taken" '.patches[0] | "\(.title) \(.cves[0])"' "sys: one more CVE-2024-4711"
	has "the other one" '.left_out[0] | "\(.title) \(.reason)"' "eventfd: a member changed-layout"
	chooses "an empty range" 1 error --git=base..base --source="$copy"
	rm -rf "$copy"
}

[ $# -gt 0 ] || set -- "$KSPLICE_TREE"
for tree; do
	use_tree "$tree"
	echo "--- $tree"
	list_trees >"$work/before"
	check_choice
	check_union
	check_commits
	check_untouched "the trees are as they were" "$work/before"
	forget
	rm -rf "$work"/{p,u,empty}
done
exit "$failed"
