/^static ssize_t read_null(/,/^}/s/return 0;/return count == 4711;/
/^static ssize_t read_null(/i\
static int null_odd __used __attribute__((__section__(".ksplice_odd"))) = 5;\

