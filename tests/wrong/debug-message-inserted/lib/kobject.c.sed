/^static void kobject_cleanup(/,/^}/s/^\tpr_debug("kobject: /\tpr_debug("kobject: cleanup\\n");\n&/
