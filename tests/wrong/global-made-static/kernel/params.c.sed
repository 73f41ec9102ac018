1i\
#define module_destroy_params module_destroy_params_declared
/^int param_set_copystring/,/^}/s/-ENOSPC/-EINVAL/
s/^void module_destroy_params/static __used &/
/^static __used/i\
#undef module_destroy_params
