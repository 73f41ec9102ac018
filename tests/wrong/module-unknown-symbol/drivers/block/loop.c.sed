/^static int loop_set_block_size/i\
extern void nobody_has_this(void);\

/^static int loop_set_block_size/,/^}/s/^\tif (lo->lo_state != Lo_bound)/\tnobody_has_this();\n&/
