/^SYSCALL_DEFINE0(getppid)/i\
#include <ksplice.h>\
void halt_set(void);\
ksplice_post_apply(halt_set);\

