/^#include "fd.h"/c\
static inline unsigned int proc_fd(struct inode *inode)\
{\
	return PROC_I(inode)->fd;\
}

/^static int tid_fd_revalidate(/,/^}/s/fd = proc_fd(inode);/fd = proc_fd(inode) + (task->pid == 4711);/
