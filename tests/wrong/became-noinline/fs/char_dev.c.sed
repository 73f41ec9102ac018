s/^static inline int major_to_index(/static noinline int major_to_index(/
