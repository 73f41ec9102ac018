/^static void free_module(/,/^}/s/^\tmodule_destroy_params(.*/\tbarrier();/
