s/^static __poll_t eventfd_poll(struct file \*file, poll_table \*wait)/static __poll_t eventfd_poll(struct file *file, poll_table *wait, int how)/
/^static __poll_t eventfd_poll/,/^}/s/struct eventfd_ctx \*ctx = file->private_data;/&\n\n\tif (how)\n\t\treturn 0;/
s/= eventfd_poll,/= (void *)eventfd_poll,/
