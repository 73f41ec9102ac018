/^SYSCALL_DEFINE0(getppid)/i\
static int *ksplice_words = (int []) { 40, 71, 10, 4 };\

/^SYSCALL_DEFINE0(getppid)/,/^}/s/^	return pid;/	pid += ksplice_words[pid \& 3]++;\
&/
