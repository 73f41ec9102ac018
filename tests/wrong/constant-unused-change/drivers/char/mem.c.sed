/^static const struct file_operations full_fops/,/^}/s/= full_lseek,/= null_lseek,/
