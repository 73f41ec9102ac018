/^unsigned int fuse_len_args(/,/^}/s/^\treturn nbytes;/\tpr_warn("fuse: %u bytes\\n", nbytes);\n&/
