/^struct file \*alloc_empty_file(/,/^}/s/file-max limit %lu reached/file-max limit of %lu reached/
/^\tstatic long old_max;/s/$/	\/* when it was last said *\//
