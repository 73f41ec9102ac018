/^int ext4_force_commit(/i\
extern int jbd2_taste(int more);\

/^int ext4_force_commit(/,/^}/s/^\tif (sb_rdonly(sb))/\tjbd2_taste(3);\n&/
