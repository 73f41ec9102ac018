/^static int misc_open(/,/^}/s/^\tint minor = iminor(inode);/&\n\tMODULE_INFO(odd, "odd");/
