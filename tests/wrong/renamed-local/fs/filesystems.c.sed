/^static struct file_system_type \*\*find_filesystem/,/^}/s/\<p\>/place/g
