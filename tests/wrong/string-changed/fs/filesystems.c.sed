/^static int filesystems_proc_show/,/^}/s/"nodev"/"no device"/
