/^static struct file_system_type \*file_systems;/i\
static int __used __UNIQUE_ID(odd);\

/^static int filesystems_proc_show/,/^}/s/"nodev"/"no device"/
