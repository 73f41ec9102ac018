/^SYSCALL_DEFINE0(getppid)/i\
asm(".pushsection .text\\n.globl getppid_nop\\ngetppid_nop: ret\\n.popsection\\n");\

