/^SYSCALL_DEFINE0(getppid)/i\
#include <ksplice.h>\
static ksplice_check_hook *const getppid_hook __used\
	__section(".ksplice.hook.pre_apply") = (void *)set_one_prio;\

