/^static int version_proc_show/,/^}/s/^\treturn 0;/\tif (static_branch_maybe(CONFIG_RANDOMIZE_KSTACK_OFFSET_DEFAULT, \&randomize_kstack_offset))\n\t\tseq_putc(m, m->index);\n&/
s/^#include <linux.utsname.h>/&\n#include <linux\/randomize_kstack.h>/
