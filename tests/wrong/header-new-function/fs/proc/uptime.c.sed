s/idle.tv_nsec = rem;/idle.tv_nsec = proc_added(rem);/
