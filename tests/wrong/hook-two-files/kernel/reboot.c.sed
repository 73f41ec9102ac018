/^void kernel_halt(void)/i\
void halt_set(void);\
void halt_set(void) { pr_info("set\\n"); }\

