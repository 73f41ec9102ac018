/^static int loop_set_block_size/i\
static int __init loop_init(void);\

/^static int loop_set_block_size/,/^}/s/^\tif (lo->lo_state != Lo_bound)/\tpr_info("loop: %p\\n", loop_init);\n&/
