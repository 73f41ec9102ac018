/^static int loop_set_block_size/i\
static DEFINE_PER_CPU(int, loop_calls);\

/^static int loop_set_block_size/,/^}/s/^\tif (lo->lo_state != Lo_bound)/\tthis_cpu_inc(loop_calls);\n&/
