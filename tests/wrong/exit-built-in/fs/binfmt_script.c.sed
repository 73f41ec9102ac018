s/^static void __exit exit_script_binfmt/static void __exit leave_script_binfmt/
s/^module_exit(exit_script_binfmt)/module_exit(leave_script_binfmt)/
s/^MODULE_LICENSE.*/&\nMODULE_DESCRIPTION("scripts");/
/^static int load_script/,/^}/s/return -ENOEXEC;/return -EACCES;/
