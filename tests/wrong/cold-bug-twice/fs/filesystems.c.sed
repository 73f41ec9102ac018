/^static int filesystems_proc_show/,/^}/s/^\treturn 0;/\tif (m->size == 4711) {\n\t\tpr_warn("odd buffer\\n");\n\t\tWARN_ON(m->index);\n\t\tif (m->from)\n\t\t\tBUG();\n\t}\n&/
