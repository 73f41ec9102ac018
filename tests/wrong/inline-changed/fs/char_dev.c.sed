/^static inline int major_to_index(/,/^}/s/major % CHRDEV_MAJOR_HASH_SIZE/(major + 0) % (CHRDEV_MAJOR_HASH_SIZE - 1)/
