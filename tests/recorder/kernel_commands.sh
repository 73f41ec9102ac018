# SPDX-License-Identifier: GPL-2.0-or-later
#
# kernel_commands.sh - sourced by tests that compile objects of a kernel again
#
# kbuild keeps each object's command in .<object>.cmd; what follows the compile
# (objtool) is left out, and so is ksplice-cc, if the tree was built with it: the
# commands are those of plain gcc.

# list_commands TREE COUNT: about COUNT objects of C that are recorded, evenly
# spread: "object<tab>compiler and flags<tab>source" per line.
list_commands() {
	(cd "$1" && find . -name '.*.o.cmd' ! -name '*.mod.o.cmd') |
		grep -vE '/(\.ksplice|scripts|tools|boot|realmode|purgatory|vdso|libstub)/' |
		LC_ALL=C sort | (cd "$1" && xargs sed -n -E \
		'1{/\$\(pound\)/d; s/^(saved)?cmd_([^ ]+) := (.*) -c -o [^ ]+ ([^ ;]+\.c)( *;.*)?$/\2\t\3\t\4/p}' \
		--separate) | awk -F '\t' -v count="$2" '
		{ line[NR] = $0 }
		END {
			step = NR > count ? NR / count : 1
			for (i = 1; i <= NR; i += step)
				print line[int(i)]
		}' | sed -E 's/\t([^ ]*\/)?ksplice-cc /\t/; s/\t-/\tgcc -/; s/-Wp,-MMD,[^ ]+ //'
}
