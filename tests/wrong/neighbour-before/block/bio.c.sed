/^static struct biovec_slab \*biovec_slab/,/^}/s/^\tswitch (nr_vecs) {/\tif (bvec_slabs[nr_vecs - 1].nr_vecs == 47)\n\t\treturn NULL;\n&/
