/^int fat_dir_empty(/i\
int flavour_of_all(void);\
int noinline flavour_of_all(void)\
{\
	pr_info("FAT's own\\n");\
	return 1;\
}\

