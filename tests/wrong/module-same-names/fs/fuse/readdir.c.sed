/^int fuse_readdir(/i\
int flavour_of_all(void);\
int noinline flavour_of_all(void)\
{\
	pr_info("fuse's own\\n");\
	return 2;\
}\

/^int fuse_readdir(/,/^}/s/^\tif (fuse_is_bad(inode))/\tctx->pos += flavour_of_all();\n&/
