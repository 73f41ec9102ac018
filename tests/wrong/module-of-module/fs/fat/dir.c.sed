/^int fat_dir_empty(/i\
int fat_taste(int more);\
int noinline fat_taste(int more)\
{\
	pr_info("FAT: %d\\n", more);\
	return more + 1;\
}\
EXPORT_SYMBOL_GPL(fat_taste);\

