/^static int fat_get_short_entry/i\
void fat_nobody(void);\
void fat_nobody(void)\
{\
}\
EXPORT_SYMBOL_GPL(fat_nobody);\

