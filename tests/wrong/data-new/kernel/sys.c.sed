/^SYSCALL_DEFINE0(getppid)/i\
static DEFINE_MUTEX(getppid_lock);\
static int getppid_count = 40;\

/^SYSCALL_DEFINE0(getppid)/,/^}/s/^\treturn pid;/\tmutex_lock(\&getppid_lock);\n\tpid += getppid_count++ == 4711;\n\tmutex_unlock(\&getppid_lock);\n&/
