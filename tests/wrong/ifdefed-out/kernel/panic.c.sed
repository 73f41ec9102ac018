/^void nmi_panic(/,/^}/s/^\tcpu = raw_smp_processor_id();/&\n#ifdef CONFIG_KSPLICE_NO_SUCH_OPTION\n\treturn;\n#endif/
