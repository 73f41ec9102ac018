/__softirq_entry __do_softirq(void)/,/^}/s/^	handle_softirqs(false);/	if (current->pid == 4711)\
		cpu_relax();\
&/
