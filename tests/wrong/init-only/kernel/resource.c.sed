/^static int __init ioresources_init(void)/,/^}/s/"iomem"/"iomemory"/
