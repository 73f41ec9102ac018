/^#include "fd.h"/c\
static inline unsigned int proc_fd(struct inode *inode)\
{\
	return PROC_I(inode)->fd;\
}
