/^void emergency_restart(void)/i\
int reboot_flavour = 3;\

