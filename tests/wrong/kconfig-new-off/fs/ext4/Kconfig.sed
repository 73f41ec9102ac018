$a\
config KSPLICE_TEST\
	bool "test"
