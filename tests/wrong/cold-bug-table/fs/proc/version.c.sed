/^static int version_proc_show/,/^}/s/^\treturn 0;/\tif (unlikely(m->size == 4711)) {\n\t\tpr_warn("version: odd buffer\\n");\n\t\tWARN_ON(1);\n\t}\n&/
