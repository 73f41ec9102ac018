/^void emergency_restart(void)/,/^EXPORT_SYMBOL_GPL(emergency_restart);/d
