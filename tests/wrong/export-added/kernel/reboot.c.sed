s/^EXPORT_SYMBOL_GPL(kernel_can_power_off);/&\nEXPORT_SYMBOL_GPL(kernel_restart_prepare);/
/^void kernel_halt/,/^}/s/pr_emerg("System halted/pr_emerg("System halts/
