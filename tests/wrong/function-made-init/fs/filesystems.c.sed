s/^static int filesystems_proc_show(/static int __attribute__((__section__(".init.text"))) filesystems_proc_show(/
