/^static int __init ioresources_init(void)/i\
static struct proc_dir_entry *ioresources_entry;\

/^static int __init ioresources_init(void)/,/^}/s/^\tproc_create_seq_data("iomem"/\tioresources_entry = &/
/^struct resource \*lookup_resource(/,/^}/s/^\tread_lock(&resource_lock);/\tif (!ioresources_entry)\n\t\treturn NULL;\n&/
