/^static int __sched do_nanosleep(/i\
static noinline __section(".text..nanosleep") bool nanosleep_odd(ktime_t time)\
{\
	return time == 4711;\
}\

/^static int __sched do_nanosleep(/,/^}/s/^	} while (t->task \&\& !signal_pending(current));/	} while (t->task \&\& !nanosleep_odd(t->timer.node.expires) \&\& !signal_pending(current));/
