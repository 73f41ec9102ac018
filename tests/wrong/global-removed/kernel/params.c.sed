/^void module_destroy_params/,/^}/d
/^int param_set_copystring/,/^}/s/-ENOSPC/-EINVAL/
