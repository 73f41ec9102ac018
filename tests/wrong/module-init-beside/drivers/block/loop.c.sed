/^static int __init loop_init/,/^}/s/"loop: module loaded/"loop: module is loaded/
/^static int loop_set_block_size/,/^}/s/^\tif (lo->lo_state != Lo_bound)/\tpr_info("loop: a block size of %lu\\n", arg);\n&/
