/^SYSCALL_DEFINE0(getppid)/,/^}/s/^	return pid;/	asm volatile(".pushsection .data\\n"\
		     "77:	.long 4711\\n"\
		     ".popsection\\n"\
		     "addl 77b(%%rip), %0" : "+r" (pid));\
&/
