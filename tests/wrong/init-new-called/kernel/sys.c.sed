/^SYSCALL_DEFINE0(getppid)/i\
static noinline int __init ksplice_boot(int pid)\
{\
	return pid == 4711;\
}\

/^SYSCALL_DEFINE0(getppid)/,/^}/s/^	return pid;/	return pid + ksplice_boot(pid);/
