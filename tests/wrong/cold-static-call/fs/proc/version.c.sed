/^static int version_proc_show/,/^}/s/^\treturn 0;/\tif (unlikely(m->size == 4711)) {\n\t\tpr_warn("odd buffer\\n");\n\t\tcond_resched();\n\t}\n&/
