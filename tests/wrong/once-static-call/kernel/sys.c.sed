/^SYSCALL_DEFINE0(getppid)/i\
#include <linux/static_call.h>\
static int getppid_same(int pid)\
{\
	return pid;\
}\
DEFINE_STATIC_CALL(getppid_call, getppid_same);\

/^SYSCALL_DEFINE0(getppid)/,/^}/s/^\treturn pid;/\tpid = static_call(getppid_call)(pid);\n&/
