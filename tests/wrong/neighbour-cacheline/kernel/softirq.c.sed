/^void open_softirq(/i\
static struct softirq_action neighbour[2] __cacheline_aligned_in_smp;\

/^void open_softirq(/,/^}/s/softirq_vec\[nr\].action = action;/&\n\tsoftirq_vec[(unsigned long)nr - 1].action = neighbour[nr \& 1].action;/
