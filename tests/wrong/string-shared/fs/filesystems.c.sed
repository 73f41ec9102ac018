/^static int filesystems_proc_show/,/^}/s/^\treturn 0;/\tseq_puts(m, "nodev");\n&/
