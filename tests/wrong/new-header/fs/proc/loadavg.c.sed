/^#include "internal.h"/a\
#include "proc_less.h"
s/nr_running(), nr_threads,/proc_less(nr_running()), nr_threads,/
