/^static int fuse_dir_fsync/,/^}/s/^\tif (fc->no_fsyncdir)/\tpr_info("fuse: fsync of a folder\\n");\n&/
