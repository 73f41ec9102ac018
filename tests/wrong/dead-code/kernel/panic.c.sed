/^void nmi_panic(/,/^}/s/^\tcpu = raw_smp_processor_id();/&\n\tif (IS_ENABLED(CONFIG_KSPLICE_NO_SUCH_OPTION))\n\t\treturn;/
