/^struct file \*alloc_empty_file(/,/^}/s/file-max limit %lu reached/file-max limit of %lu reached/
