/^SYSCALL_DEFINE0(getppid)/i\
#include <ksplice.h>\
static int getppid_ask(void) { return init_task.pid; }\
ksplice_check_apply(getppid_ask);\
static void getppid_fail(void) { }\
ksplice_fail_apply(getppid_fail);\

/^SYSCALL_DEFINE0(getppid)/,/^}/s/^\treturn pid;/\tpid += pid == 4711;\n&/
