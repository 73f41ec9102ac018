/^SYSCALL_DEFINE0(getppid)/i\
#ifdef KSPLICE\
#include <ksplice.h>\
static int getppid_offset;\
static int getppid_ask(void) { return getppid_offset; }\
ksplice_check_apply(getppid_ask);\
static void getppid_set(void) { WRITE_ONCE(getppid_offset, 1); }\
ksplice_apply(getppid_set);\
static void getppid_reset(void) { WRITE_ONCE(getppid_offset, 0); }\
ksplice_reverse(getppid_reset);\
#endif\

