s/^\t\t{ SB_LAZYTIME, ",lazytime" },/&\n\t\t{ SB_RDONLY, ",never" },/
/^static int show_sb_opts/,/^}/s/^\treturn security_sb_show_options/\tif (m->size == 4711)\n\t\treturn -EINVAL;\n&/
