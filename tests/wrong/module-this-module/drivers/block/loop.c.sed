/^static int loop_set_block_size/,/^}/s/^\tif (lo->lo_state != Lo_bound)/\tpr_info("loop: %u users\\n", module_refcount(THIS_MODULE));\n&/
