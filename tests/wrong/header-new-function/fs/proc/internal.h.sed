/^static inline struct pid \*proc_pid/ i\
extern unsigned int proc_added(unsigned int number);\

