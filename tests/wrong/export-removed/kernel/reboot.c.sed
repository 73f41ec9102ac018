/^EXPORT_SYMBOL_GPL(kernel_halt);/d
/^EXPORT_SYMBOL_GPL(reboot_mode);/d
/^void kernel_halt/,/^}/s/pr_emerg("System halted/pr_emerg("System halts/
