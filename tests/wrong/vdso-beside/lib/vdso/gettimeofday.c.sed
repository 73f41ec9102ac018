/ __cvdso_time(/,/^}/s/^{/{\n\tif (time == (void *)4711)\n\t\treturn 0;/
