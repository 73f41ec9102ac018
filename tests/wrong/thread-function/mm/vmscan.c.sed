/^static int kswapd(/,/^}/s/^\ttsk->flags |= PF_MEMALLOC | PF_KSWAPD;/&\n\tpgdat->kswapd_failures = 0;/
