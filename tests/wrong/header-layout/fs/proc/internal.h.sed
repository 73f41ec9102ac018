/^struct proc_inode {/ a\
	long first;
