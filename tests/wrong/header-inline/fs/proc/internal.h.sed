/^static inline struct pid \*proc_pid/,/^}/ s/^{/{\n\tif (!inode)\n\t\treturn NULL;/
