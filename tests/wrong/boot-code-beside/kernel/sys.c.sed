/^SYSCALL_DEFINE0(getppid)/,/^}/s/^\treturn pid;/\tpid += pid == 4711;\n&/
