/^int fuse_readdir(/i\
extern int flavour_of_all(void);\

/^int fuse_readdir(/,/^}/s/^\tif (fuse_is_bad(inode))/\tctx->pos += flavour_of_all();\n&/
