s/^struct tcp_sacktag_state {/&\n\tlong added;/
