s/^static struct mount \*clone_mnt(struct mount \*old, /static __attribute__((noipa)) struct mount *clone_mnt(int how, struct mount *old, /
/^static .*clone_mnt(int how/,/^}/s/^\tint err;$/&\n\n\tif (how)\n\t\treturn ERR_PTR(-EINVAL);/
s/= clone_mnt(/= clone_mnt(0, /
s/return clone_mnt(/return clone_mnt(0, /
