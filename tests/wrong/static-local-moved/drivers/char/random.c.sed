/^static unsigned int crng_reseed_interval/,/^}/{
/static bool early_boot = true;/d
}
/^static unsigned int crng_reseed_interval/i\
static bool early_boot = true;
/^static unsigned int crng_reseed_interval/,/^}/s/uptime \/ 2 \* HZ/uptime \/ 3 * HZ/
