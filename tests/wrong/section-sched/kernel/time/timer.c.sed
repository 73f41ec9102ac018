/^signed long __sched schedule_timeout(/,/^}/s/^	expire = timeout + jiffies;/	if (timeout == 4711)\
		timeout++;\
&/
