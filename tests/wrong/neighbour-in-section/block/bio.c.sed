/^static struct biovec_slab {/i\
static int bio_odd_size __read_mostly = 4711;\

/^static struct biovec_slab \*biovec_slab/,/^}/s/^\tswitch (nr_vecs) {/\tif (nr_vecs == READ_ONCE(bio_odd_size) || bvec_slabs[nr_vecs - 1].nr_vecs == 47)\n\t\treturn NULL;\n&/
