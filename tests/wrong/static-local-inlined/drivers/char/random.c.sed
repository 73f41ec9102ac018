/^static unsigned int crng_reseed_interval/,/^}/s/uptime \/ 2 \* HZ/uptime \/ 3 * HZ/
