/^SYSCALL_DEFINE0(getppid)/i\
static DEFINE_PER_CPU_SECTION(int, getppid_count, "..corner");\

/^SYSCALL_DEFINE0(getppid)/,/^}/s/^\treturn pid;/\tpid += this_cpu_inc_return(getppid_count) == 4711;\n&/
