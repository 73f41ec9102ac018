/^static int loop_set_block_size/i\
extern int fat_flush_inodes(struct super_block *sb, struct inode *i1, struct inode *i2);\

/^static int loop_set_block_size/,/^}/s/^\tif (lo->lo_state != Lo_bound)/\tfat_flush_inodes(NULL, NULL, NULL);\n&/
