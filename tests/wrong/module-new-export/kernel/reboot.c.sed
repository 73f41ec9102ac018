/^void emergency_restart(void)/i\
int reboot_taste(int more);\
int noinline reboot_taste(int more)\
{\
	return reboot_mode + more;\
}\
EXPORT_SYMBOL_GPL(reboot_taste);\

