/^struct eventfd_ctx {/s/$/\n\tunsigned long flavour;/
