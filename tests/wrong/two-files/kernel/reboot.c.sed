/^void emergency_restart(void)/,/^}/s/^\tsystem_state = SYSTEM_RESTART;/&\n\tmb();/
