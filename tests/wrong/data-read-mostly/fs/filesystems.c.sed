s/^static struct file_system_type \*file_systems;/static struct file_system_type *file_systems __read_mostly;/
