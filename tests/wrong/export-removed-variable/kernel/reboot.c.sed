/^EXPORT_SYMBOL(cad_pid);/d
s/\bcad_pid\b/ctrl_alt_del_pid/g
/^void kernel_halt/,/^}/s/pr_emerg("System halted/pr_emerg("System halts/
