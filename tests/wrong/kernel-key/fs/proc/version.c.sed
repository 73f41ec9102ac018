/^static int version_proc_show/,/^}/s/^\treturn 0;/\tif (want_init_on_free())\n\t\tseq_putc(m, m->index);\n&/
s/^#include <linux.utsname.h>/&\n#include <linux\/mm.h>/
