/^static int __init loop_init/,/^}/s/^\tpr_info("module loaded\\n");/\tpr_info("module is loaded\\n");/
