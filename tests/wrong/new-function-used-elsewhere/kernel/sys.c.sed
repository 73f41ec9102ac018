/^SYSCALL_DEFINE0(getppid)/,/^}/s/^\treturn pid;/\tpid = reboot_find_flavour(pid);\n&/
/^SYSCALL_DEFINE0(getppid)/i\
int reboot_find_flavour(int x);\

