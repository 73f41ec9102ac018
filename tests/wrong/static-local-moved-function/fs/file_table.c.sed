/^struct file \*alloc_empty_file(/,/^}/{
s/^\tstatic long old_max;//
s/^\tif (get_nr_files() > old_max) {/\tif (report_limit()) {/
s/^\t\told_max = get_nr_files();//
}
/^struct file \*alloc_empty_file(/i\
static noinline bool report_limit(void)\
{\
	static long old_max;\
\
	if (get_nr_files() <= old_max)\
		return false;\
	old_max = get_nr_files();\
	return true;\
}\

