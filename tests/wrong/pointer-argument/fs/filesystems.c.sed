/^static int filesystems_proc_show/,/^}/s/^\treturn 0;/\tif (READ_ONCE(file_systems) == NULL)\n\t\treturn -1;\n&/
