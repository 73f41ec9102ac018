s/^static struct file_system_type \*\*find_filesystem(/static __always_inline struct file_system_type **find_filesystem(/
