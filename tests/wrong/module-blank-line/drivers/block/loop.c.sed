/^static int loop_set_block_size/i\

