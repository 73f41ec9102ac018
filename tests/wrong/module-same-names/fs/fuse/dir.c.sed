/^static int fuse_dir_fsync/i\
int flavour_of_all(void);\
int noinline flavour_of_all(void)\
{\
	pr_info("FUSE's own\\n");\
	return 2;\
}\

