s/^struct async_entry {/struct added { long first; };\nstruct async_entry {\n\tstruct added added;/
