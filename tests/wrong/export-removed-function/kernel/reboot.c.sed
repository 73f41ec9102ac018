/^void orderly_reboot(void)/,/^EXPORT_SYMBOL_GPL(orderly_reboot);/d
/^void kernel_halt/,/^}/s/pr_emerg("System halted/pr_emerg("System halts/
