# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ksplice.bash - completion for bash, installed once for each command
#
# The options are those of the command's --help, so that they are known in one place.

_ksplice() {
	local current=${COMP_WORDS[COMP_CWORD]} words=''
	COMPREPLY=()
	case $current in
	-*) words=$("$1" --help 2>/dev/null |
		sed -nE 's/^ +(-.*)/\1/; T; s/  .*//; p' |
		grep -oE -- '--[a-z-]+\[?=?' | tr -d '[') ;;
	*)
		# What is loaded; other operands are files.
		case ${1##*/} in ksplice-undo | ksplice-view)
			words=$(cd /sys/kernel/ksplice 2>/dev/null && printf '%s\n' */)
			words=${words//\//}
			;;
		esac
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
	[[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace 2>/dev/null || true
}
complete -o default -F _ksplice @COMMAND@
