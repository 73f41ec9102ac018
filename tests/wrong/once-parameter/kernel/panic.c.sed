s/^core_param(panic, .*/&\ncore_param(panic_too, panic_timeout, int, 0644);/
