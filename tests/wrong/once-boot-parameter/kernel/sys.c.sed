/^SYSCALL_DEFINE0(getppid)/i\
static int __init getppid_setup(char *text)\
{\
	return 1;\
}\
__setup("getppid=", getppid_setup);\

