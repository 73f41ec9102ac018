/^static long __sched hrtimer_nanosleep_restart(/,/^}/s/^	ret = do_nanosleep(&t, HRTIMER_MODE_ABS);/	if (restart->nanosleep.expires == 4711)\
		return -EINVAL;\
&/
