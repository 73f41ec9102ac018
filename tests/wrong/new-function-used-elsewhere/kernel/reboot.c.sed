/^void emergency_restart(void)/i\
int reboot_find_flavour(int x);\
int reboot_find_flavour(int x)\
{\
	return x + (system_state == SYSTEM_RUNNING);\
}\

