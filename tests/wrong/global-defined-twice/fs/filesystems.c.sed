/^static int filesystems_proc_show/i\
int ksplice_same(void);\
noinline int ksplice_same(void) { return jiffies == 3; }
s/"nodev"/ksplice_same() ? "a" : "nodev"/
