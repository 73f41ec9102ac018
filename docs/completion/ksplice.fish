# SPDX-License-Identifier: GPL-2.0-or-later
#
# Completion for fish, installed once for each command. The options are those of --help.
complete -c @COMMAND@ -n 'string match -q -- "-*" (commandline -ct)' -f -a '(
	@COMMAND@ --help 2>/dev/null |
	sed -nE "s/^ +(-.*)/\\1/; T; s/  .*//; p" |
	grep -oE -- "--[a-z-]+\[?=?" | tr -d "[")'
if string match -qr -- "-(undo|view)\$" @COMMAND@
	complete -c @COMMAND@ -f -a '(path basename /sys/kernel/ksplice/*/ 2>/dev/null)'
end
