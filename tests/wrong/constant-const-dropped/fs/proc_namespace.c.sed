s/static const struct proc_fs_opts mnt_opts/static struct proc_fs_opts mnt_opts/
