/^SYSCALL_DEFINE0(getppid)/i\
void emergency_restart(void)\
{\
	system_state = SYSTEM_RESTART;\
	machine_emergency_restart();\
}\
EXPORT_SYMBOL_GPL(emergency_restart);\

