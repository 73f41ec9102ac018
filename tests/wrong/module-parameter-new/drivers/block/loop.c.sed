/^module_param(max_part, int, 0444);/i\
static int loop_flavour;\
module_param(loop_flavour, int, 0644);
