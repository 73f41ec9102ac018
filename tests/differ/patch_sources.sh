#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# patch_sources.sh - where patches come from: several files, mails, a git repository, files
# that lie beside each other
#
#   patch_sources.sh [TREE]...      instead of $KSPLICE_TREE
#
# shellcheck source=tests/differ/create_checks.sh
. "$(dirname "$0")/create_checks.sh"

# asks NAME WANTED ARGUMENT...: the answer of ksplice-create to these arguments, as in
# "answer", with the answer's text where it is an error.
asks() {
	local name=$1 wanted=$2 status=0 got
	shift 2
	"$top/tests/create_audited" --quiet --json --output="$work/out" "$@" \
		>"$work/json" 2>"$work/err" || status=$?
	got=$(jq -r 'if .result == "created" then "created " + (.functions | sort | join(" "))
		elif .result == "refused" then .reason
		elif .result == "error" then "error " + .message else .result end' \
		"$work/json" || true)
	# shellcheck disable=SC2053 # a pattern
	if [[ $got == $wanted ]]; then
		ok "$name: $got"
	else
		not_ok "$name: status $status, $got, not $wanted"
		sed 's/^/  /' "$work/err"
	fi
}

# told NAME TEXT: stderr of the last one has the text.
told() {
	if grep -qF -e "$2" "$work/err"; then
		ok "$1"
	else
		not_ok "$1: no \"$2\""
		sed 's/^/  /' "$work/err"
	fi
}

# diff_of OLD NEW: of two versions of kernel/sys.c, by the names of their files in $work
diff_of() {
	diff -u --label a/kernel/sys.c --label b/kernel/sys.c "$work/$1" "$work/$2" || true
}

# one.patch and two.patch change the same lines, one after the other.
make_series() {
	cp "$source/kernel/sys.c" "$work/0.c"
	sed 's/info->procs = nr_threads;/info->procs = nr_threads + 1;/' "$work/0.c" >"$work/1.c"
	sed 's/nr_threads + 1;/nr_threads + 2;/; 1i\
' "$work/1.c" >"$work/2.c"
	diff_of 0.c 1.c >"$work/one.patch"
	diff_of 1.c 2.c >"$work/two.patch"
	diff_of 2.c 0.c >"$work/back.patch"
}

# mail NUMBER PATCH: what git format-patch makes of it, with a text that is full of traps
mail() {
	cat <<TEXT
From $(printf '%040d' "$1") Mon Sep 17 00:00:00 2001
From: Somebody <somebody@example.org>
Date: Mon, 1 Jan 2024 00:00:00 +0000
Subject: [PATCH $1/2] sys: patch number $1
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit

--- before
+++ after
diff of two versions
deleted file mode

Signed-off-by: Somebody <somebody@example.org>
---
 kernel/sys.c | 2 +-
 1 file changed, 1 insertion(+), 1 deletion(-)

TEXT
	cat "$2"
	printf -- '-- \n2.39.5\n\n'
}

check_series() {
	local one=--patch=$work/one.patch two=--patch=$work/two.patch
	asks "two patches" "created $sysinfo" "$one" "$two" "$tree"
	if [ "$(jq -r '.patches | map(.name) | join(" ")' "$work/json")" = "one.patch two.patch" ]; then
		ok "both are named"
	else
		not_ok "both are named: $(jq -c .patches "$work/json")"
	fi
	asks "the other way round" patch-does-not-apply "$two" "$one" "$tree"
	told "the patch is named" "two.patch: does not apply"
	asks "the same twice" already-applied "$one" "$one" "$tree"
	asks "there and back" no-change "$one" "$two" "--patch=$work/back.patch" "$tree"
	cat "$work/one.patch" "$work/two.patch" >"$work/both.patch"
	asks "one file of both" "created $sysinfo" "--patch=$work/both.patch" "$tree"

	sed '/^@@/s/@@$/@@ static int f(int x)/; /^@@/s/@@ [^+-]*$/@@ static int f(int x)/' \
		"$work/two.patch" >"$work/wrong.patch"
	asks "the second is for another function" wrong-function "$one" \
		"--patch=$work/wrong.patch" "$tree"
	told "that patch is named" "wrong.patch: kernel/sys.c: hunk"
	awk '/^@@ / { split(substr($2, 2), old, ","); split(substr($3, 2), new, ",")
		$2 = "-" old[1] + 9 "," old[2]; $3 = "+" new[1] + 9 "," new[2] } { print }' \
		"$work/two.patch" | sed '0,/^@@/!b' >"$work/moved.patch"
	sed -i '/^@@/s/ @@.*/ @@/' "$work/moved.patch"
	asks "the second is moved" "created $sysinfo" "$one" "--patch=$work/moved.patch" "$tree"
	told "it is said which" "moved.patch: kernel/sys.c: hunk"

	mail 1 "$work/one.patch" >"$work/series.mbox"
	mail 2 "$work/two.patch" >>"$work/series.mbox"
	asks "mails" "created $sysinfo" "--patch=$work/series.mbox" "$tree"
	if [ "$(jq -r '.patches | map(.title) | join(", ")' "$work/json")" = \
		"sys: patch number 1, sys: patch number 2" ]; then
		ok "their titles are known"
	else
		not_ok "their titles are known: $(jq -c .patches "$work/json")"
	fi
	sed -i 's/8bit/base64/' "$work/series.mbox"
	asks "encoded mails" encoded-mail "--patch=$work/series.mbox" "$tree"
	asks "a description" "created $sysinfo" "$one" --description="One more process." "$tree"
	if tar -xzOf "$(jq -r .archive "$work/json")" --wildcards '*/manifest.json' |
		jq -e '.description == "One more process." and .patches[0].name == "one.patch"' \
			>/dev/null; then
		ok "it is in the manifest"
	else
		not_ok "it is in the manifest"
	fi
	rm -f "$work"/out/*
	"$create" --quiet --json --dry-run --output="$work/out" "$one" "$tree" >"$work/json" \
		2>"$work/err" || not_ok "a dry run: $(cat "$work/err")"
	if [ -z "$(find "$work/out" "$work/tmp" -mindepth 1)" ] &&
		jq -e '.result == "created" and .dry_run and (.archive == null)' "$work/json" \
			>/dev/null; then
		ok "a dry run writes no archive"
	else
		not_ok "a dry run writes no archive: $(ls "$work/out" "$work/tmp")"
	fi
	asks "standard input and a file" "created $sysinfo" --patch=- "$two" "$tree" <"$work/one.patch"
	asks "standard input twice" "error *once*" --patch=- --patch=- "$tree" <"$work/one.patch"
	asks "two kinds" "error *give one of*" "$one" --git=HEAD "$tree"
	asks "a path through a symbolic link" symbolic-link "--patch=$work/link.patch" "$tree"
}

# A copy of the source as a repository: the work tree is "base".
make_repository() {
	copy=$work/source
	cp -as "$source" "$copy"
	rm -rf "$copy/.git"
	rm -f "$copy/kernel/sys.c" "$copy/.gitattributes"
	cp "$source/kernel/sys.c" "$copy/kernel/sys.c"
	git() {
		command git -C "$copy" -c user.name=x -c user.email=x@y -c core.hooksPath=/dev/null \
			-c init.defaultBranch=main -c commit.gpgsign=false "$@"
	}
	git init -q
	git add -f kernel/sys.c
	git commit -qm base
	git tag base
	cp "$work/1.c" "$copy/kernel/sys.c"
	git commit -qam "sys: one"
	git tag one
	cp "$work/2.c" "$copy/kernel/sys.c"
	git commit -qam "sys: two"
	git tag two
	git checkout -q --detach base
	git commit -q --allow-empty -m side
	git merge -q -m merge --no-ff one 2>/dev/null
	git tag merged
	git checkout -q --detach base
	cmp -s "$copy/kernel/sys.c" "$source/kernel/sys.c"
	# Each of these would leave a file.
	# shellcheck disable=SC2016 # of the program
	printf '#!/bin/sh\ntouch %s/ran\ncat "$1"\n' "$work" >"$work/program"
	chmod +x "$work/program"
	echo '*.c diff=trap' >"$copy/.git/info/attributes"
	git config diff.trap.textconv "$work/program"
	git config diff.trap.command "$work/program"
	git config diff.external "$work/program"
	git config core.fsmonitor "$work/program"
	git config diff.noprefix true
	git config log.showSignature true
	git config gpg.program "$work/program"
}

list_repository() {
	(cd "$copy" && find .git kernel/sys.c -type f -printf '%p %T@ ' -exec sha256sum {} \;) | sort
}

check_git() {
	local moved=(--source="$copy" "$tree")
	asks "a commit" "created $sysinfo" --git=one "${moved[@]}"
	if [ "$(jq -r '.patches[0].title' "$work/json")" = "sys: one" ]; then
		ok "its title is known"
	else
		not_ok "its title is known: $(jq -c .patches "$work/json")"
	fi
	asks "a range" "created $sysinfo" --git=base..two "${moved[@]}"
	asks "a range to a missing end" "error *no file changes*" --git=base.. "${moved[@]}"
	asks "two commits" "created $sysinfo" --git=one --git=two "${moved[@]}"
	asks "a commit that is not the next" patch-does-not-apply --git=two "${moved[@]}"
	asks "a merge" merge-commit --git=merged "${moved[@]}"
	asks "a merge's side" "created $sysinfo" --git=merged^1..merged "${moved[@]}"
	asks "a first commit" root-commit --git=base "${moved[@]}"
	asks "no such commit" "error *no such commit*" --git=nothing "${moved[@]}"
	asks "an option instead of a commit" "error *no such commit*" --git=--all "${moved[@]}"
	asks "a file instead of a commit" "error *no such commit*" --git=one:kernel/sys.c \
		"${moved[@]}"
	asks "three dots" "error *three dots*" --git=base...two "${moved[@]}"
	asks "an environment of another repository" "created $sysinfo" --git=one "${moved[@]}"
	asks "no repository" "error *git cannot use it*" --git=one "$tree"
	mkdir "$work/bin"
	for program in env cat tar; do
		ln -sf "$(command -v $program)" "$work/bin/$program"
	done
	if PATH=$work/bin "$create" --git=one "${moved[@]}" >"$work/json" 2>"$work/err"; then
		not_ok "no program git: done"
	fi
	told "no program git" "install it (Debian: the package git)"
	cp "$work/1.c" "$copy/kernel/sys.c"
	asks "a work tree that has the change" already-applied --git=one "${moved[@]}"
	cp "$source/kernel/sys.c" "$copy/kernel/sys.c"
}

check_pairs() {
	local moved=(--source="$copy" "$tree")
	asks "no pairs" "error *no file in*" --diffext=fixed "${moved[@]}"
	cp "$work/1.c" "$copy/kernel/sys.c.fixed"
	cp "$copy/kernel/fork.c" "$copy/kernel/fork.c.fixed"
	echo >"$copy/kernel/lonely.h.fixed"
	asks "pairs" "created $sysinfo" --diffext=fixed "${moved[@]}"
	told "one that is equal is said" "kernel/fork.c: equal to kernel/fork.c.fixed"
	told "one without a partner is said" "kernel/lonely.h.fixed: there is no file"
	asks "an ending with a dot" "created $sysinfo" --diffext=.fixed "${moved[@]}"
	rm "$copy/kernel/sys.c.fixed"
	asks "equal pairs only" "error *are equal*" --diffext=fixed "${moved[@]}"
	asks "an ending that is a path" "error *not the ending*" --diffext=a/b "${moved[@]}"
	rm "$copy"/kernel/*.fixed
}

[ $# -gt 0 ] || set -- "$KSPLICE_TREE"
for tree; do
	use_tree "$tree"
	echo "--- $tree"
	make_series
	printf '%s\n' '--- a/scripts/dtc/include-prefixes/dt-bindings/clock/imx5-clock.h' \
		'+++ b/scripts/dtc/include-prefixes/dt-bindings/clock/imx5-clock.h' \
		'@@ -0,0 +1 @@' '+/* comment */' >"$work/link.patch"
	check_series
	make_repository
	list_repository >"$work/before"
	export GIT_DIR=/nonexistent GIT_EXTERNAL_DIFF=$work/program
	check_git
	unset GIT_DIR GIT_EXTERNAL_DIFF
	list_repository | sed 's/ [0-9.]* \([0-9a-f]*  kernel.sys.c\)$/ \1/' >"$work/after"
	sed -i 's/ [0-9.]* \([0-9a-f]*  kernel.sys.c\)$/ \1/' "$work/before"
	if cmp -s "$work/before" "$work/after" && [ ! -e "$work/ran" ]; then
		ok "the repository is as it was, and none of its programs ran"
	else
		not_ok "the repository is as it was, and none of its programs ran"
		diff "$work/before" "$work/after" | head -n 5 || true
		ls "$work"
	fi
	check_pairs
	rm -rf "$work/source" "${work:?}/bin"
done
exit $failed
