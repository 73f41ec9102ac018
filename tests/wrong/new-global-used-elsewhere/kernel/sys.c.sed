/^SYSCALL_DEFINE0(getppid)/,/^}/s/^\treturn pid;/\tpid += reboot_flavour;\n&/
/^SYSCALL_DEFINE0(getppid)/i\
extern int reboot_flavour;\

