/^struct file_system_type \*get_filesystem/,/^}/s/^\t__module_get/\tif (!fs)\n\t\treturn NULL;\n&/
