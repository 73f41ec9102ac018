/^static inline struct pid \*proc_pid/,/^}/ s/return /return no_such_name + /
