/^void __weak nmi_panic_self_stop(/,/^}/s/^{/{\n\tif (!regs)\n\t\treturn;/
