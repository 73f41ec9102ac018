#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# completion.sh - completion for bash, zsh and fish offers each option that --help shows, and
# no other word, for each command

# shellcheck disable=SC2317 # from_* are called by names that are put together
set -eu -o pipefail
top=$(readlink -f "$(dirname "$0")/../..")
work=$(mktemp -d "${TMPDIR:-/tmp}/ksplice-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/verdict_lines.sh
. "$top/tests/verdict_lines.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
make -C "$top" install DESTDIR="$work/root" PREFIX=/usr >"$work/log" 2>&1 || {
	tail "$work/log"
	exit 1
}
share=$work/root/usr/share
export PATH=$work/root/usr/bin:$PATH HOME=$work

# listed COMMAND: the long options in the table of its --help, one a line, without "=".
listed() {
	"$1" --help | awk '/^  +-/ { for (i = 1; i <= NF && $i ~ /^-/; i++)
		if ($i ~ /^--/) { sub(/[\[=,].*/, "", $i); print $i } }' | sort -u
}

# from_bash COMMAND WORD: what bash offers for the command and the begin of a word
from_bash() {
	# shellcheck disable=SC2016 # they are for the other shell
	bash -c '. "$1"; COMP_WORDS=("$2" "$3"); COMP_CWORD=1; _ksplice "$2"
		printf "%s\n" "${COMPREPLY[@]}"' \
		bash "$share/bash-completion/completions/$1" "$1" "$2"
}

# from_fish COMMAND WORD
from_fish() {
	fish --no-config -c "source $share/fish/vendor_completions.d/$1.fish; complete -C '$1 $2'" |
		cut -f1
}

# from_zsh COMMAND WORD: the function, with a compadd that prints what it is given
from_zsh() {
	zsh -f -c '
		compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -l -- $@; }
		_files() { print files; }
		words=($2 $3) PREFIX=$3
		complete_it() { . $1; }
		complete_it $1' zsh "$share/zsh/site-functions/_$1" "$1" "$2"
}

shells=(bash)
for shell in zsh fish; do
	if command -v $shell >/dev/null; then shells+=("$shell"); else skip $shell "it is not installed"; fi
done
for command in "$work"/root/usr/bin/ksplice-*; do
	command=${command##*/}
	[ "$command" != ksplice-cc ] || continue
	wanted=$(listed "$command")
	check "$command has options" "" [ "$(wc -l <<<"$wanted")" -ge 3 ]
	for shell in "${shells[@]}"; do
		got=$("from_$shell" "$command" -- | sed '/^$/d; s/=$//' | sort -u)
		check_equal "$shell: $command" "$got" "$wanted"
	done
done
for shell in "${shells[@]}"; do
	check_equal "$shell: the begin of an option that takes a value" \
		"$("from_$shell" ksplice-create --desc | sort -u | sed '/^--desc/!d')" --description=
done
exit "$failed"
