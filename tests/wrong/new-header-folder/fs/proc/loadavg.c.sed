/^#include "internal.h"/a\
#include "less/proc_less.h"
s/nr_running(), nr_threads,/nr_running() - PROC_LESS, nr_threads,/
