/^static int multi_cpu_stop(/,/^}/s/^\tlocal_save_flags(flags);/&\n\tif (cpu == 4711)\n\t\treturn 0;/
