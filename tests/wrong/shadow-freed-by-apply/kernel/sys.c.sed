/^SYSCALL_DEFINE0(getppid)/i\
#include <ksplice.h>\
DEFINE_KSPLICE_SHADOW(getppid_calls, 0x67657470, long, NULL, NULL);\
static void getppid_free_all(void) { ksplice_shadow_free_all(&getppid_calls); }\
ksplice_fail_apply(getppid_free_all);\

/^SYSCALL_DEFINE0(getppid)/,/^}/s/^\treturn pid;/\tif (ksplice_shadow_alloc(current, \&getppid_calls, GFP_KERNEL, NULL))\n\t\tpid++;\n&/
