/^__visible noinstr void do_syscall_64(/,/^}/s/^\tadd_random_kstack_offset();/&\n\tif (nr == 4711)\n\t\treturn;/
