s/\<reboot_work_func\>/do_reboot_work/
