/^SYSCALL_DEFINE0(getppid)/i\
static int __init getppid_init(void)\
{\
	uts_sem.owner = uts_sem.owner;\
	return 0;\
}\
late_initcall(getppid_init);\

