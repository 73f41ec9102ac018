/^#include "internal.h"/a\
#include "proc_count.c"
s/nr_running(), nr_threads,/nr_running() + proc_count(), nr_threads,/
