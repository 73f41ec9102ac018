s/^static int __init proc_filesystems_init(void)/static int proc_filesystems_init(void)/
