s/^\trender_sigset_t(m, \(.*\),$/\tseq_puts(m, \1);/
/^\t\t*&sigmask);/d
s/^\trender_sigset_t(m, \(.*\), .*);/\tseq_puts(m, \1);/
