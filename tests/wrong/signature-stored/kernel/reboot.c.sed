s/^static void reboot_work_func(struct work_struct \*work)/static void reboot_work_func(struct work_struct *work, int how)/
/^static void reboot_work_func/,/^}/s/__orderly_reboot();/if (how)\n\t\t__orderly_reboot();/
s/^static DECLARE_WORK(reboot_work, reboot_work_func);/static DECLARE_WORK(reboot_work, (void *)reboot_work_func);/
