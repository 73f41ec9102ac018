/^static struct file_system_type \*\*find_filesystem/,/^}/d
/^int register_filesystem/i\
static inline struct file_system_type **find_type(const char *name, unsigned len)\
{\
	struct file_system_type **p;\
	for (p = \&file_systems; *p; p = \&(*p)->next)\
		if (strncmp((*p)->name, name, len) == 0 \&\& !(*p)->name[len])\
			break;\
	return p;\
}\

s/find_filesystem(/find_type(/
