/^void.*queued_read_lock_slowpath(/,/^}/s/^	atomic_sub(_QR_BIAS, &lock->cnts);/	if (atomic_read(\&lock->cnts) == 4711)\
		cpu_relax();\
&/
