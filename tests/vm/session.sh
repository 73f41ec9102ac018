# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# session.sh - what the VM tests have in common; they source it
#
#   patch the tree's source ─▶ ksplice-create ─▶ boot ─▶ guest script
#
# A test is run with the tree in KSPLICE_TREE (default: the test kernel, built if
# need be). It has a folder of its own, $work, which goes away with it.
# Patches are made from the source as it is, so that they fit every version.
set -eu -o pipefail

# shellcheck disable=SC2034 # here and others are for the tests
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
top=$(readlink -f "$here/../..")
tree=${KSPLICE_TREE:-$("$top/tests/kernel/make_tree" recorded)}
tree=$(readlink -f "$tree")
# An O= tree has a link to its source, another one is its own source.
source=$(readlink -f "$tree/source" || echo "$tree")
[ -e "$source/Kconfig" ] || source=$tree

work=$(mktemp -d "${TMPDIR:-/tmp}/ksplice-test.XXXXXX")
trap 'rm -rf "$work"' EXIT

fail() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# need_options OPTION...: the kernel has each of them, or the test is skipped.
need_options() {
	local option
	for option; do
		grep -q "^$option=y" "$tree/.config" || {
			echo "the kernel has no $option"
			exit 77
		}
	done
}

# need_modules MODULE...: the kernel has each as a module (fs/fuse/fuse), or the test is skipped.
need_modules() {
	local module
	for module; do
		[ -e "$tree/$module.ko" ] || {
			echo "the kernel does not have ${module##*/} as a module"
			exit 77
		}
	done
}

# choose_modules COUNT MODULE...: those that the kernel has as modules, at most COUNT; with
# none the test is skipped.
choose_modules() {
	local count=$1 module
	shift
	chosen_modules=()
	for module; do
		[ ${#chosen_modules[@]} -lt "$count" ] || break
		[ ! -e "$tree/$module.ko" ] || chosen_modules+=("$module")
	done
	[ ${#chosen_modules[@]} -gt 0 ] || {
		echo "the kernel has none of these as a module: $*"
		exit 77
	}
}

# make_patch FILE SED-SCRIPT OUT: a unified diff of what the script does to the file.
make_patch() {
	local file=$1 script=$2 out=$3 copy=$work/patched
	rm -rf "$copy"
	mkdir -p "$copy"/{a,b}/"${file%/*}"
	cp "$source/$file" "$copy/a/$file"
	sed "$script" "$source/$file" >"$copy/b/$file"
	! cmp -s "$copy/a/$file" "$copy/b/$file" || fail "$file: the change does not apply"
	(cd "$copy" && diff -u --label "a/$file" --label "b/$file" "a/$file" "b/$file" >"$out") || [ $? = 1 ]
}

# create_update PATCH [OBJTREE]: prints the update's path.
create_update() {
	local out=$work/update-${1##*/}
	mkdir -p "$out"
	"$top/tests/create_audited" --patch="$1" --output "$out" "${2-$tree}" |
		tail -n 1
}

# The update's id, from its file name.
name_id() {
	local file=${1##*/ksplice-}
	echo "${file%.tar.gz}"
}

# build_modules FOLDER: builds the test modules of the folder for the tree, in $work.
build_modules() {
	local name=${1##*/}
	cp -r "$1" "$work/"
	make -s -C "$tree" M="$work/$name" modules >"$work/log" 2>&1 || {
		cat "$work/log"
		fail "the modules of $1 do not build"
	}
}

# boot [OPTION...]: runs the guest script on stdin; $guest_functions come first.
boot() {
	{
		cat "$here/guest_functions.sh"
		cat
	} >"$work/script"
	"$here/run" --tree "$tree" "$@" "$work/script"
}

# The patches that several tests use.

patch_printk() {
	make_patch kernel/printk/printk.c \
		'/^asmlinkage.* _printk(/,/^}/ s/^\tr = vprintk(fmt, args);/\tvprintk("Quoth the kernel:\\n", args);\n&/' \
		"$1"
}

# getppid(2) then gives a million more.
patch_getppid() {
	make_patch kernel/sys.c \
		'/^SYSCALL_DEFINE0(getppid)/,/^}/ s/return pid;/return pid + 1000000;/' "$1"
}

# nanosleep(2) then says so before it sleeps.
patch_nanosleep() {
	make_patch kernel/time/hrtimer.c \
		'/^long hrtimer_nanosleep(/,/^}/ s/^\tret = do_nanosleep(/\tpr_info("new hrtimer_nanosleep\\n");\n&/' "$1"
}

# /proc/loadavg then begins with a word.
patch_loadavg() {
	make_patch fs/proc/loadavg.c \
		'/^static int loadavg_proc_show(/,/^}/ s/^\tseq_printf(/\tseq_puts(m, "patched ");\n&/' "$1"
}
