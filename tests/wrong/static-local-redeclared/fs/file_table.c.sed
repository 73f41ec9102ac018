/^struct file \*alloc_empty_file(/,/^}/{
s/^\tstatic long old_max;/\tint odd = ({ static long old_max; flags == 4711 ? (int)++old_max : 0; });\n\tstatic long old_max = 0;/
s/^\tf = __alloc_file(flags, cred);/\tf = __alloc_file(flags + odd, cred);/
}
