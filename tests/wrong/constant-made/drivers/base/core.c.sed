s/^static struct kobj_type class_dir_ktype/static const struct kobj_type class_dir_ktype/
