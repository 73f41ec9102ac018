/^static int proc_nr_files\|^unsigned long get_max_files(void)/,/^}/s/^\treturn files_stat.max_files;/\treturn files_stat.max_files + !raw_smp_processor_id();/
