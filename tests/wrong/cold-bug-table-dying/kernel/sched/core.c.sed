/^int sched_cpu_dying(/,/^}/s/^\tcalc_load_migrate(rq);/&\n\tif (rq->nr_running == 4711)\n\t\treturn -EBUSY;/
