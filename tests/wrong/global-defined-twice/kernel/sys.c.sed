/^static int do_sysinfo/i\
int ksplice_same(void);\
noinline int ksplice_same(void) { return jiffies == 4711; }
s/info->procs = nr_threads;/info->procs = nr_threads + ksplice_same();/
