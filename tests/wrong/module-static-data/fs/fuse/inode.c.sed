/^static struct kmem_cache \*fuse_inode_cachep;/b
/^static struct inode \*fuse_alloc_inode/,/^}/s/^\tfi->nodeid = 0;/\tfi->nodeid = max_user_bgreq ? 0 : 0;\n\tif (!fuse_inode_cachep)\n\t\tpr_info("fuse: no cache\\n");\n&/
