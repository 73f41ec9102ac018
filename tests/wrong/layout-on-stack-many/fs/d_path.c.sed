/^struct prepend_buffer {/s/$/\n\tint flavour;/
