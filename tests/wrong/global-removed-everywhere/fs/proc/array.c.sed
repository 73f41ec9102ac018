/^void render_sigset_t/,/^}/d
s/^\trender_sigset_t(m, \(.*\), .*);/\tseq_puts(m, \1);/
