/^static int vfat_create(/,/^}/s/^\tts = current_time(dir);/\tfat_flush_inodes(sb, dir, NULL);\n&/
