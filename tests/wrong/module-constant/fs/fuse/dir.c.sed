/^static const struct file_operations fuse_dir_operations/,/^}/s/= generic_file_llseek,/= noop_llseek,/
