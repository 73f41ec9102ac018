/^static void task_tick_rt(/,/^}/s/^\tif (p->policy != SCHED_RR)/\tif (p->prio == 4711)\n\t\treturn;\n&/
