s/^static __initdata unsigned long mhash_entries;/static __initdata unsigned long mhash_entries = 4711;/
/^static int mnt_alloc_id(/,/^}/s/^\tif (res < 0)/\tif (res == 0x47114711)\n\t\treturn -1;\n&/
