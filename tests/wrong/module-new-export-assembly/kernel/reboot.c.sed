/^void emergency_restart(void)/i\
int reboot_taste(int more);\
int noinline reboot_taste(int more)\
{\
	return reboot_mode + more;\
}\
EXPORT_SYMBOL_GPL(reboot_taste);\

/^void emergency_restart(void)/i\
asm(".pushsection .text; .globl reboot_asm; reboot_asm: nop; nop; ret; .size reboot_asm, . - reboot_asm; .popsection");\

