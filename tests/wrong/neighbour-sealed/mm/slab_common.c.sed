s/^static u8 size_index\[24\] __ro_after_init = {/static u8 neighbour[8] __ro_after_init;\n&/
/^struct kmem_cache \*kmalloc_slab/,/^}/s/size_index\[size_index_elem(size)\]/(\&size_index[0] - 1)[size >> 3] + neighbour[size \& 7]/
