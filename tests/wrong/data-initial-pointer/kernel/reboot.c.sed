/^static int run_cmd(/,/^}/s/"HOME=\/"/"HOME=\/root"/
