/^struct sys_off_handler {/,/^}/s/^\tbool blocking;/\tsigned char blocking;/
