1a\
#define kernel_halt kernel_halt_declared

s/^struct pid \*cad_pid;/#undef kernel_halt\nstatic void kernel_halt(void);\n&/
s/^void kernel_halt(void)/static noinline void kernel_halt(void)/
/^EXPORT_SYMBOL_GPL(kernel_halt);/d
/^void kernel_power_off(void)/,/^}/s/pr_emerg("Power down/pr_emerg("Power falls/
