/^void __cpuidle default_idle_call(/,/^}/s/^	if (current_clr_polling_and_test()) {/	if (current->pid == 4711)\
		cpu_relax();\
&/
