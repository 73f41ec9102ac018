/^SYSCALL_DEFINE0(getppid)/i\
int panic_timeout;\

/^SYSCALL_DEFINE0(getppid)/,/^}/s/^	return pid;/	return pid + panic_timeout++;/
