/^static const struct file_operations null_fops/,/^}/s/= null_lseek,/= noop_llseek,/
