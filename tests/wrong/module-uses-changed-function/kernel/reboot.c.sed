/^void emergency_restart(void)/,/^}/s/^{/{\n\tpr_emerg("restarting\\n");/
