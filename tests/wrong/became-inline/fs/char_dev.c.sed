/^static struct char_device_struct \*$/{
N
s/^static struct char_device_struct \*\n__unregister_chrdev_region/static __always_inline struct char_device_struct *\n__unregister_chrdev_region/
}
