/^static int version_proc_show/,/^}/{s/^{/{\n\tlong value;\n/
s/^\treturn 0;/\tif (unlikely(m->size == 4711)) {\n\t\tpr_warn("odd buffer\\n");\n\t\tpagefault_disable();\n\t\t__get_kernel_nofault(\&value, (long *)-4096L, long, fault);\n\t\tpagefault_enable();\n\t}\n\treturn 0;\nfault:\n\tpagefault_enable();\n\tpr_warn("a fault\\n");\n&/
}
s/^#include <linux.utsname.h>/&\n#include <linux\/uaccess.h>/
