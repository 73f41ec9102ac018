/^static int __init reboot_setup/,/^}/s/^		case 'g':/		case 'v':\
			reboot_cpu = 0;\
			break;\
\
&/
/^void kernel_restart_prepare/,/^}/s/^	device_shutdown();/	pr_info("shutdown\\n");\
&/
