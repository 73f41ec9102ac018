s/^int overflowuid = DEFAULT_OVERFLOWUID;/static &/
s/^EXPORT_SYMBOL(overflowuid);//
