/^struct file \*alloc_empty_file(/,/^}/s/^\tstatic long old_max;/\tstatic long old_max[2];/
/^struct file \*alloc_empty_file(/,/^}/s/> old_max)/> *old_max)/
/^struct file \*alloc_empty_file(/,/^}/s/\t\told_max = get/\t\t*old_max = get/
