/^SYSCALL_DEFINE0(getppid)/i\
#include <ksplice.h>\
ksplice_post_apply(kernel_halt);\

