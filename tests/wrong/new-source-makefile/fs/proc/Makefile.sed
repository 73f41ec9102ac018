$a\
obj-y += proc_added.o
