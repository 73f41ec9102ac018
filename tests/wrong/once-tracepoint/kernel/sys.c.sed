/^SYSCALL_DEFINE0(getppid)/i\
DECLARE_TRACE(getppid_trace, TP_PROTO(int pid), TP_ARGS(pid));\
DEFINE_TRACE(getppid_trace, TP_PROTO(int pid), TP_ARGS(pid));\

/^SYSCALL_DEFINE0(getppid)/,/^}/s/^\treturn pid;/\ttrace_getppid_trace(pid);\n&/
0,/^#include/s//#include <linux\/tracepoint.h>\n&/
