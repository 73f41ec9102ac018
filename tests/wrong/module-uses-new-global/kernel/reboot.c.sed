/^void emergency_restart(void)/i\
int reboot_flavour = 3;\
int reboot_taste(int more);\
int noinline reboot_taste(int more)\
{\
	return reboot_flavour++ + more;\
}\

/^void emergency_restart(void)/,/^}/s/^{/{\n\treboot_taste(2);/
