/^static int vfat_create(/i\
int flavour_of_all(void);\
int noinline flavour_of_all(void)\
{\
	pr_info("vfat's own\\n");\
	return 1;\
}\

/^static int vfat_create(/,/^}/s/^\tts = current_time(dir);/\tflavour_of_all();\n&/
