/^static int fuse_dir_fsync/i\
int fuse_flavour = 4;\

/^static int fuse_dir_fsync/,/^}/s/^\tif (fc->no_fsyncdir)/\tfuse_flavour++;\n&/
