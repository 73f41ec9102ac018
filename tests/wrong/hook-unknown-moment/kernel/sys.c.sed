/^SYSCALL_DEFINE0(getppid)/i\
#include <ksplice.h>\
static void getppid_set(void) { }\
KSPLICE_HOOK(hook, aply, getppid_set);\

