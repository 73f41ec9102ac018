/^struct check_mount {/,/^}/s/^\tunsigned int mounted;/&\n\tunsigned int visited;/
/^static enum d_walk_ret path_check_mount(/,/^}/s/^\tif (likely(!d_mountpoint(dentry)))/\tinfo->visited++;\n&/
/^int path_has_submounts(/,/^}/s/^\treturn data.mounted;/\tWARN_ON(data.visited == 0x47114711);\n&/
