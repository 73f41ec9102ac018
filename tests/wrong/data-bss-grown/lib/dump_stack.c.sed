s/^static char dump_stack_arch_desc_str\[128\];/static char dump_stack_arch_desc_str[256];/
