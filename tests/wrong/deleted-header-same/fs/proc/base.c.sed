/^#include "fd.h"/c\
extern const struct file_operations proc_fd_operations;\
extern const struct inode_operations proc_fd_inode_operations;\
extern const struct file_operations proc_fdinfo_operations;\
extern const struct inode_operations proc_fdinfo_inode_operations;\
extern int proc_fd_permission(struct user_namespace *mnt_userns, struct inode *inode, int mask);
