s/^EXPORT_SYMBOL(overflowgid);/&\nEXPORT_SYMBOL_GPL(uts_sem);/
