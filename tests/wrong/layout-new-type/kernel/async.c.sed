/^struct async_entry {/i\
struct async_flavour {\
	unsigned long value;\
};\

/^static void async_run_entry_fn(/,/^}/s/^\tunsigned long flags;/&\n\tstruct async_flavour flavour = { entry->cookie };\n\n\tif (flavour.value == 4711)\n\t\tcpu_relax();/
