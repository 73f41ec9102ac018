/^struct file_system_type \*get_fs_type(/,/^}/s/^\tconst char \*dot = strchr(name, .\..);/&\n\n\tWARN_ONCE(!name[0], "no name\\n");/
