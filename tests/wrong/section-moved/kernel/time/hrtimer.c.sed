s/^long hrtimer_nanosleep(/long __sched hrtimer_nanosleep(/
