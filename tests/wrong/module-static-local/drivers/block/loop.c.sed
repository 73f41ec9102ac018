/^static int loop_set_block_size/,/^}/s/^\tif (lo->lo_state != Lo_bound)/\tstatic int calls;\n\n\tcalls++;\n\tpr_info("loop: %d\\n", calls);\n&/
