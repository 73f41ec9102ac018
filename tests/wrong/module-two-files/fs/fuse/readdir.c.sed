/^int fuse_readdir(/,/^}/s/^\tif (fuse_is_bad(inode))/\tpr_info("fuse: readdir\\n");\n&/
