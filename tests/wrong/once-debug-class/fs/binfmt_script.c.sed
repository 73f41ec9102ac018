s/^static int load_script/DECLARE_DYNDBG_CLASSMAP(script_classes, DD_CLASS_TYPE_DISJOINT_BITS, 0, "SCRIPT");\n\n&/
/^static int load_script/,/^}/s/return -ENOEXEC;/return -EACCES;/
