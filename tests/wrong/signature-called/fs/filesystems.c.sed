s/^static struct file_system_type \*\*find_filesystem(const char \*name, unsigned len)/static noinline struct file_system_type **find_filesystem(unsigned len, const char *name)/
s/find_filesystem(fs->name, strlen(fs->name))/find_filesystem(strlen(fs->name), fs->name)/
s/find_filesystem(name, len)/find_filesystem(len, name)/
