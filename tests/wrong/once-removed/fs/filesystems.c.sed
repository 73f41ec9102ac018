/^struct file_system_type \*get_fs_type(/,/^}/s/pr_warn_once(/pr_warn(/
