/^SYSCALL_DEFINE0(getppid)/i\
#include <ksplice.h>\
static int getppid_construct(void *object, void *shadow, void *data)\
{\
	*(long *)shadow = 4711;\
	return 0;\
}\
DEFINE_KSPLICE_SHADOW(getppid_calls, 0x67657470, long, getppid_construct, NULL);\

/^SYSCALL_DEFINE0(getppid)/,/^}/s/^\treturn pid;/\tif (ksplice_shadow_get_or_alloc(current, \&getppid_calls, GFP_KERNEL, NULL))\n\t\tpid++;\n&/
