/^struct async_entry {/,/^}/s/^\tstruct async_domain\t\*domain;/&\n\tunsigned long flavour;/
/^static void async_run_entry_fn(/,/^}/s/^\tunsigned long flags;/&\n\n\tif (entry->cookie == 4711)\n\t\tentry->flavour = 0;/
