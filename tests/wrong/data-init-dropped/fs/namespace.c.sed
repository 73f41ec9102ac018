s/^static __initdata unsigned long mhash_entries;/static unsigned long mhash_entries;/
