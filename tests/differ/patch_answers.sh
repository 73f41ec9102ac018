#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# patch_answers.sh - patches that are no clear case: files of which no object of the kernel
# is made, hunks that move, patches through a pipe, what the compiler says, trees in which
# something is missing
#
#   patch_answers.sh [TREE]...      instead of $KSPLICE_TREE
#
# shellcheck source=tests/differ/create_checks.sh
. "$(dirname "$0")/create_checks.sh"

# touched FILE WANTED: the answer where a line is added, which means something in C
touched() {
	local line='/* comment */'
	case $1 in *.c) line='int ksplice_added = 1;' ;; esac
	patch_with "$1" "\$a\\
$line"
	answer "a line in $1" "$2"
}

# commented FILE: nothing that is made from it comes out otherwise for a comment
commented() {
	patch_with "$1" '1i\
/* comment */'
	answer "a comment in $1" no-change
}

# says NAME STATUS TEXT COMMAND...: the command ends so, and its stderr has the text.
says() {
	local name=$1 wanted=$2 text=$3 status=0
	shift 3
	"$@" >"$work/json" 2>"$work/err" || status=$?
	if [ $status = "$wanted" ] && grep -qe "$text" "$work/err"; then
		ok "$name"
	else
		not_ok "$name: status $status"
		sed 's/^/  /' "$work/err"
	fi
}

run_create() {
	"$create" --quiet --output="$work/out" "$@"
}

# ---- names of files are those of the build ---------------------------------------------

check_names() {
	local file
	# They include headers with quotes, in which WARN_ON and the like have __FILE__.
	for file in kernel/sched/core.c kernel/sched/rt.c kernel/time/timer.c fs/namespace.c; do
		patch_with "$file" '1i\
'
		answer "a blank line on top of $file" no-change
	done
	patch_with kernel/sched/rt.c \
		'/^static void yield_task_rt(/,/^}/s/requeue_task_rt(rq, rq->curr, 0);/if (rq->nr_running > 1)\n\t\t&/'
	answer "a .c file that another one includes" "created yield_task_rt"
}

# ---- patches that do not fit, and options that are taken for others -----------------------

check_fit() {
	patch_with kernel/sys.c 's/info->procs = nr_threads;/info->procs = nr_threads + 1;/'
	cp "$work/fix.patch" "$work/fits.patch"
	(cd "$work" && diff -u b/kernel/sys.c a/kernel/sys.c |
		sed 's,^--- b/,--- a/,; s,^+++ a/,+++ b/,') >"$work/reversed.patch" || true
	# Only the last line of the context is another one.
	tac "$work/fits.patch" | sed '1s/.*/ \/* another line *\//' | tac >"$work/fuzz.patch"
	sed 's/^-.*nr_threads;/-\tother;/' "$work/fits.patch" >"$work/other.patch"

	says "a reversed patch" 2 '^ksplice-create: reversed.patch: the source tree seems to have this change already, in kernel/sys.c$' \
		run_create --patch="$work/reversed.patch" "$tree"
	says "a patch that fits with fuzz" 2 '^ksplice-create: fuzz.patch: applies only inexactly (with fuzz)' \
		run_create --patch="$work/fuzz.patch" "$tree"
	says "a patch for another source" 2 '^ksplice-create: other.patch: does not apply' \
		run_create --patch="$work/other.patch" "$tree"
	says "no path of the work folder is shown" 2 '^Hunk #1 FAILED' \
		run_create --patch="$work/other.patch" "$tree"
	if grep -q "ksplice-create-" "$work/err"; then
		not_ok "the path of the work folder is shown"
	fi
	says "no program patch" 1 'hint: install it (Debian: the package patch)' \
		env PATH=/nonexistent "$create" --patch="$work/fits.patch" "$tree"
	says "-p1 and --patch" 1 'hint: .*--strip=N' run_create -p1 --patch="$work/fits.patch" "$tree"
	says "-p1 alone" 1 'hint: .*--strip=N' run_create -p1 "$tree"
	says "--output with a file's name" 1 'out.tar.gz: not a folder' \
		"$create" --output="$work/out.tar.gz" --patch="$work/fits.patch" "$tree"
	[ ! -e "$work/out.tar.gz" ] || not_ok "the folder out.tar.gz was made"
}

# ---- what is made from a file ----------------------------------------------------------

check_products() {
	touched lib/vdso/gettimeofday.c vdso-image
	touched arch/x86/boot/main.c boot-code
	touched arch/x86/boot/compressed/misc.c boot-code
	touched lib/gen_crc32table.c host-program
	touched scripts/mod/modpost.c host-program
	touched arch/x86/tools/relocs.c host-program
	touched tools/objtool/check.c host-program
	touched kernel/bounds.c generated-input
	touched kernel/gen_kheaders.sh unknown-file
	for file in lib/vdso/gettimeofday.c arch/x86/boot/main.c lib/gen_crc32table.c \
		kernel/bounds.c arch/x86/lib/memcpy_64.S arch/x86/kernel/vmlinux.lds.S \
		include/linux/suspend.h arch/x86/include/asm/suspend_64.h; do
		commented "$file"
	done
	touched drivers/ata/libata-core.c no-change
	touched arch/arm/include/asm/io.h no-change
	touched arch/arm/kernel/head.S no-change
	touched Documentation/index.rst no-change

	patch_with kernel/sys.c 's/info->procs = nr_threads;/info->procs = nr_threads + 1;/'
	cp "$work/fix.patch" "$work/sys.patch"
	patch_with drivers/ata/libata-core.c '1i\
/* comment */'
	cat "$work/sys.patch" >>"$work/fix.patch"
	answer "a file that is not built, and one that is" "created $sysinfo"
	patch_with lib/vdso/gettimeofday.c '1i\
int ksplice_added = 1;'
	cat "$work/sys.patch" >>"$work/fix.patch"
	answer "the vdso, and a file of the kernel" vdso-image
	patch_with drivers/ata/libata-core.c '1i\
/* comment */'
	sed -i '/^@@/,$s/^ \(.*\)/ other \1/' "$work/fix.patch"
	answer "a file that is not built, and is another" patch-does-not-apply
}

# ---- how the patch comes ---------------------------------------------------------------

# archived NAME: the update was made, and has the patch as update.patch.
archived() {
	local archive
	archive=$(cat "$work/json")
	if tar -xzOf "$archive" --wildcards '*/update.patch' 2>"$work/err" |
		cmp -s - "$work/sys.patch"; then
		ok "$1"
	else
		not_ok "$1: $archive"
		sed 's/^/  /' "$work/err"
	fi
}

check_ways() {
	run_create --patch=- "$tree" <"$work/sys.patch" >"$work/json" 2>"$work/err" || true
	archived "a patch from standard input"
	run_create --patch=/dev/stdin "$tree" < <(cat "$work/sys.patch") >"$work/json" \
		2>"$work/err" || true
	archived "a patch from /dev/stdin, a pipe"
	run_create --patch=<(cat "$work/sys.patch") "$tree" >"$work/json" 2>"$work/err" || true
	archived "a patch from a process"

	: >"$work/fix.patch"
	says "an empty patch" 1 'empty, so there is no patch' \
		run_create --patch="$work/fix.patch" "$tree"
	echo "hello" >"$work/fix.patch"
	says "a text that is no patch" 1 'contains no patch' \
		run_create --patch="$work/fix.patch" "$tree"
	sed '/^@@/,$d' "$work/sys.patch" >"$work/fix.patch"
	says "a patch without a hunk" 1 'has no hunk' \
		run_create --patch="$work/fix.patch" "$tree"
	says "too few folders stripped" 2 'hint: try --strip=1' \
		run_create --strip=0 --patch="$work/sys.patch" "$tree"
	sed 's|^\([-+]\{3\}\) [ab]/|\1 |' "$work/sys.patch" >"$work/fix.patch"
	says "a diff without a/ and b/" 2 'hint: try --strip=0' \
		run_create --patch="$work/fix.patch" "$tree"
	sed 's|kernel/sys.c|kernel/no_such_file.c|' "$work/sys.patch" >"$work/fix.patch"
	answer "a file that does not exist" no-such-file
}

# ---- where hunks land ------------------------------------------------------------------

# move_hunks LINES: the headers of fix.patch have other numbers, by so many.
move_hunks() {
	awk -v by="$1" '/^@@ / { split(substr($2, 2), old, ","); split(substr($3, 2), new, ",")
		$2 = "-" old[1] + by "," old[2]; $3 = "+" new[1] + by "," new[2] } { print }' \
		"$work/fix.patch" >"$work/moved"
	mv "$work/moved" "$work/fix.patch"
}

check_places() {
	local line
	patch_write() {
		patch_with fs/read_write.c \
			'/^static ssize_t new_sync_write(/,/^}/s/if (ret > 0 && ppos)/if (ret > 1 \&\& ppos)/'
		# The names that diff -p gives, whatever this diff was made with.
		sed -i '/^@@/s/@@$/@@ static ssize_t new_sync_write(struct/' "$work/fix.patch"
	}
	patch_write
	answer "a hunk with the name of its function" "created vfs_write"
	patch_write
	sed -i '/^@@/s/@@ static.*/@@ static ssize_t new_sync_read(struct/' "$work/fix.patch"
	answer "a hunk with the name of another function" wrong-function
	move_hunks -45
	answer "the same, 45 lines further up" wrong-function
	patch_write
	move_hunks -45
	sed -i '/^@@/s/@@ static.*/@@ static ssize_t new_sync_write(struct kiocb *iocb)/' \
		"$work/fix.patch"
	answer "a hunk that is moved within its function" "created vfs_write"
	line=$(jq -r '.warnings[0]' "$work/json")
	case $line in
	"fs/read_write.c: hunk 1 applied 45 lines further down, at line "*", in new_sync_write")
		ok "it is said that the hunk is moved" ;;
	*) not_ok "it is said that the hunk is moved: $line" ;;
	esac

	# Without a name: these lines are in new_sync_read and in new_sync_write.
	line=$(grep -n 'init_sync_kiocb(&kiocb, filp);' "$source/fs/read_write.c" |
		sed -n '2s/:.*//p')
	printf '%s\n' '--- a/fs/read_write.c' '+++ b/fs/read_write.c' "@@ -$line,2 +$line,2 @@" \
		$'-\tinit_sync_kiocb(&kiocb, filp);' $'+\tinit_sync_kiocb((&kiocb), filp);' \
		$' \tkiocb.ki_pos = (ppos ? *ppos : 0);' >"$work/fix.patch"
	answer "a hunk without a name, at its line" no-change
	move_hunks -1
	answer "a hunk without a name, moved, that fits in two places" ambiguous-hunk
}

# ---- what the compiler says ------------------------------------------------------------

check_messages() {
	local line
	patch_with kernel/sys.c -e '/^#include <linux\/export.h>/i\
/* one */\
/* two */' -e '/info->procs = nr_threads;/s/nr_threads/ksplice_no_such_name/'
	line=$(grep -n ksplice_no_such_name "$work/b/kernel/sys.c" | cut -d: -f1)
	says "an error has the line of the patched file" 1 "^kernel/sys.c:$line:[0-9]*: error: .*ksplice_no_such_name" \
		run_create --patch="$work/fix.patch" "$tree"

	patch_with kernel/sys.c -e '/^#include <linux\/export.h>/i\
/* one */\
/* two */' -e '/info->procs = nr_threads;/s/.*/#pragma GCC diagnostic warning "-Wunused-variable"\n\tint ksplice_unused;\n\tinfo->procs = nr_threads + 1;/'
	line=$(grep -n ksplice_unused "$work/b/kernel/sys.c" | cut -d: -f1)
	answer "a patch that brings a warning" "created $sysinfo"
	if grep -q "^ksplice-create: kernel/sys.c:$line:[0-9]*: warning: .*ksplice_unused" \
		"$work/err"; then
		ok "the warning is shown, with the line of the patched file"
	else
		not_ok "the warning is shown, with the line $line of the patched file"
		sed 's/^/  /' "$work/err"
	fi
	if [ "$(jq '.warnings | length' "$work/json")" = 1 ]; then
		ok "the warning is in the JSON"
	else
		not_ok "the warning is in the JSON: $(jq -c .warnings "$work/json")"
	fi
	cp "$work/sys.patch" "$work/fix.patch"
	answer "the same without" "created $sysinfo"
	if [ "$(jq '.warnings | length' "$work/json")" = 0 ]; then
		ok "without it there is none"
	else
		not_ok "without it there is none: $(jq -c .warnings "$work/json")"
	fi
}

# ---- trees in which something is missing -----------------------------------------------

check_damage() {
	local copy=$work/copy
	if [ "$source" = "$tree" ]; then
		echo "# not here: what is missing in a tree that has all sources in it: nothing is" \
			"special about its form there"
		return
	fi
	local command=$copy/kernel/.fork.o.cmd record=$copy/.ksplice/kernel/fork.o.json.zst
	# Symbolic links: others would change the times of the files that they lead to.
	cp -as "$tree" "$copy"
	rm -rf "$copy/.ksplice"
	cp -a "$tree/.ksplice" "$copy/.ksplice"
	cp -a "$record" "$work/record"
	cp -P "$command" "$work/command"
	cp -a "$copy/.ksplice/dictionary.zst" "$work/dictionary"
	patch_with kernel/fork.c '1i\
/* comment */'
	rm "$record"
	answer "a file without a record" unrecorded "$copy"
	head -c 100 "$work/record" >"$record"
	answer "a file with a damaged record" unrecorded "$copy"
	rm "$command"
	answer "the same without a command" unrecorded "$copy"
	cp -P "$work/command" "$command"
	cp -a "$work/record" "$record"

	# All records but one need the dictionary; what is up to date has to be read again.
	rm "$copy"/.ksplice/index.db* "$copy/.ksplice/dictionary.zst"
	answer "a lost dictionary" unrecorded "$copy"
	if grep -q dictionary "$work/err"; then
		ok "it is named"
	else
		not_ok "it is named: $(cat "$work/err")"
	fi
	cp -a "$work/dictionary" "$copy/.ksplice/dictionary.zst"
	answer_reads "$copy" "the dictionary is back"

	# What is made there, without being configured here.
	mkdir -p "$copy/drivers/firmware/efi/libstub"
	echo "cmd_x := gcc -c -o drivers/firmware/efi/libstub/gop.o $source/drivers/firmware/efi/libstub/gop.c" \
		>"$copy/drivers/firmware/efi/libstub/.gop.o.cmd"
	patch_with drivers/firmware/efi/libstub/gop.c '1i\
/* comment */'
	answer "a file of the EFI stub" efi-stub "$copy"
	find "$copy" -name '.*.cmd' -delete
	answer "a tree without any command of kbuild" no-build-trace "$copy"
	rm -rf "$copy"
}

# answer_reads TREE NAME: kernel/fork.c is known to be recorded there.
answer_reads() {
	local index=$top/${KSPLICE_BUILD:-build}/bin/ksplice-index
	if "$index" --json --dependents=kernel/fork.c "$1" 2>"$work/err" |
		jq -e '.units[0].state == "recorded"' >/dev/null; then
		ok "$2"
	else
		not_ok "$2: $(cat "$work/err")"
	fi
}

# What the build read without a record is in a seal, too.
check_seal() {
	local seal=$work/kernel.tar.zst
	XDG_CACHE_HOME=$work/cache
	export XDG_CACHE_HOME
	if [ "$source" = "$tree" ]; then
		echo "# not here: a seal of a kernel built in its source tree: seal_in_tree.sh has it"
		return
	fi
	"$top/${KSPLICE_BUILD:-build}/bin/ksplice-index" --seal "$seal" "$tree" >"$work/json" \
		2>"$work/err" || not_ok "a seal: $(cat "$work/err")"
	sealed() {
		patch_with "$1" '1i\
/* comment */'
		answer "from a seal, a comment in $1" "$2" "$seal"
	}
	sealed lib/vdso/gettimeofday.c vdso-image
	sealed lib/gen_crc32table.c host-program
	sealed kernel/bounds.c generated-input
	sealed drivers/ata/libata-core.c no-change
	sealed kernel/fork.c no-change
	rm -rf "$work/cache" "$seal"
}

[ $# -gt 0 ] || set -- "$KSPLICE_TREE"
for tree; do
	use_tree "$tree"
	echo "--- $tree"
	touched kernel/sys.c no-change
	list_trees >"$work/before"
	check_names
	check_fit
	check_products
	check_ways
	check_places
	check_messages
	check_damage
	check_seal
	check_untouched "$tree" "$work/before"
done
exit $failed
