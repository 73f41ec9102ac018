/^SYSCALL_DEFINE0(getppid)/,/^}/s/^\treturn pid;/\tpid += 2;\n&/
