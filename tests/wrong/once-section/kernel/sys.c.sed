/^SYSCALL_DEFINE0(getppid)/i\
static int getppid_odd __attribute__((__section__(".ksplice_odd"))) = 5;\

/^SYSCALL_DEFINE0(getppid)/,/^}/s/^\treturn pid;/\tpid += READ_ONCE(getppid_odd) == 4711;\n&/
