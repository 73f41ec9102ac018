#compdef @COMMAND@
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Completion for zsh, installed once for each command. The options are those of --help.
local -a options ids
options=(${(f)"$($words[1] --help 2>/dev/null |
	sed -nE 's/^ +(-.*)/\1/; T; s/  .*//; p' |
	grep -oE -- '--[a-z-]+\[?=?' | tr -d '[')"})
if [[ $PREFIX == -* ]]; then
	compadd -Q -S '' -- ${(M)options:#*=}
	compadd -- ${options:#*=}
elif [[ ${words[1]:t} == ksplice-(undo|view) ]]; then
	ids=(/sys/kernel/ksplice/*(N/:t))
	compadd -- $ids
else
	_files
fi
