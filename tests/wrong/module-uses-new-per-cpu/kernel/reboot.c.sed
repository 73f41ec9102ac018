/^void emergency_restart(void)/i\
DEFINE_PER_CPU(int, reboot_flavour) = 3;
/^void emergency_restart(void)/,/^}/s/^{/{\n\tthis_cpu_inc(reboot_flavour);/
