s/^EXPORT_SYMBOL_GPL(kernel_can_power_off);/&\nEXPORT_SYMBOL_GPL(kernel_restart_prepare);\nasm(".globl cad_pid\\n.set cad_pid, panic_reboot_mode");/
s/^struct pid \*cad_pid;/extern struct pid *cad_pid;/
/^EXPORT_SYMBOL(cad_pid)/d
/^void kernel_halt/,/^}/s/pr_emerg("System halted/pr_emerg("System halts/
