/^struct file \*alloc_empty_file(/,/^}/s/^\tf = __alloc_file(flags, cred);/\t{\n\t\tstatic long old_max;\n\n\t\tif (flags == 4711)\n\t\t\told_max = max(old_max, get_nr_files());\n\t}\n&/
