/^static int vfat_create(/i\
extern int fat_taste(int more);\

/^static int vfat_create(/,/^}/s/^\tts = current_time(dir);/\tfat_taste(3);\n&/
