/^static int loadavg_proc_show/ i\
unsigned int proc_added(unsigned int number)\
{\
	return number + (unsigned int)jiffies;\
}\

s/nr_running(), nr_threads,/proc_added(nr_running()), nr_threads,/
