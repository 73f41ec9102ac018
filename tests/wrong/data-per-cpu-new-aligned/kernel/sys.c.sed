/^SYSCALL_DEFINE0(getppid)/i\
static DEFINE_PER_CPU(int, getppid_other) = 4711;\
static DEFINE_PER_CPU_SHARED_ALIGNED(long, getppid_count);\

/^SYSCALL_DEFINE0(getppid)/,/^}/s/^\treturn pid;/\tpid += this_cpu_read(getppid_other) + this_cpu_inc_return(getppid_count) == 4711;\n&/
