$a\
config KSPLICE_TEST\
	def_bool y
