/^SYSCALL_DEFINE0(getppid)/i\
static const int getppid_number __used __section(".ksplice.hook.apply") = 5;\

