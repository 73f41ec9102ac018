/^static int __init loop_init/,/^}/s/"loop: module loaded/"loop: module is loaded/
