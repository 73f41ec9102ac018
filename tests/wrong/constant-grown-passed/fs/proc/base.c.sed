/^static const struct pid_entry tgid_base_stuff\[\] = {/a\
	ONE("condition", S_IRUGO, proc_pid_status),
