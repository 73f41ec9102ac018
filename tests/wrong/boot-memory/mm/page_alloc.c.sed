/^void __meminit __init_single_page/,/^}/s/mm_zero_struct_page(page);/&\n\tbarrier();\n\tpage->private = 0;/
/^void \* __meminit alloc_pages_exact_nid/,/^}/s/unsigned int order = get_order(size);/unsigned int order = get_order(size + 1);/
/^void free_pages_exact(/,/^}/s/PAGE_ALIGN(size)/PAGE_ALIGN(size + 1)/
