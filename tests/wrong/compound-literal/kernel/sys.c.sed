/^SYSCALL_DEFINE0(getppid)/,/^}/s/^\treturn pid;/\tpid += *((const int [4]){ 40, 71, 10, 4 } + (pid \& 3));\n&/
