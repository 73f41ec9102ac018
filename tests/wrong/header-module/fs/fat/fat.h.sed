/^static inline umode_t fat_make_mode/,/^}/ s/if (attrs & ATTR_DIR)/if (attrs \& (ATTR_DIR | 0x40))/
