/^config PROC_FS$/a\
	depends on KSPLICE_NO_SUCH_OPTION
