1a\
#define kernel_halt kernel_halt_declared

s/^struct pid \*cad_pid;/#undef kernel_halt\nstatic void kernel_halt(void);\n&/
s/^void kernel_halt(void)/static noinline void kernel_halt(void)/
/^EXPORT_SYMBOL_GPL(kernel_halt);/d
s/pr_emerg("System halted/pr_emerg("System halts/
