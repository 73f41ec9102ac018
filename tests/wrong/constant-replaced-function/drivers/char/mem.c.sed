/^static ssize_t read_null(/,/^}/s/return 0;/return count == 4711;/
