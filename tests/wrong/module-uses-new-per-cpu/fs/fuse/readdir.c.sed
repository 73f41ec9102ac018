/^int fuse_readdir(/i\
DECLARE_PER_CPU(int, reboot_flavour);\

/^int fuse_readdir(/,/^}/s/^\tif (fuse_is_bad(inode))/\tctx->pos += this_cpu_read(reboot_flavour) + per_cpu(reboot_flavour, 0);\n&/
