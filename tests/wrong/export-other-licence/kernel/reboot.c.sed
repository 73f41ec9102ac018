s/^EXPORT_SYMBOL_GPL(kernel_halt);/EXPORT_SYMBOL(kernel_halt);/
/^void kernel_halt/,/^}/s/pr_emerg("System halted/pr_emerg("System halts/
