s/\<__unregister_chrdev_region\>/forget_chrdev_region/
