s/^void __init chrdev_init(void)/void chrdev_init(void)/
/^void cdev_put(/,/^}/s/^\tif (p) {/\tif (p == (void *)4711)\n\t\tchrdev_init();\n&/
