/^SYSCALL_DEFINE0(getppid)/i\
#include <ksplice.h>\
static int getppid_offset = 40;\
static void getppid_set(void) { WRITE_ONCE(getppid_offset, 1); }\
ksplice_post_apply(getppid_set);\

/^SYSCALL_DEFINE0(getppid)/,/^}/s/^\treturn pid;/\tpid += READ_ONCE(getppid_offset);\n&/
