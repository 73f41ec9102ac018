/^static void kobject_cleanup(/,/^}/s/does not have a release() function, it is broken/has no release() function, it is broken/
