/^struct file \*alloc_empty_file(/,/^}/s/^{/{\n\tint odd = ({ static long old_max; flags == 4711 ? (int)++old_max : 0; });/
/^struct file \*alloc_empty_file(/,/^}/s/^\tf = __alloc_file(flags, cred);/\tf = __alloc_file(flags + odd, cred);/
