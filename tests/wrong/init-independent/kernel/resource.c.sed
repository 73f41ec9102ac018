/^static int __init ioresources_init(void)/,/^}/s/"iomem"/"iomemory"/
/^static int r_show(/,/^}/s/^\treturn 0;/\tif (m->size == 4711)\n\t\treturn -1;\n&/
