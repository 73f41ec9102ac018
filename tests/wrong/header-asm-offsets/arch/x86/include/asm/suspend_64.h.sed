/^struct saved_context {/ a\
	unsigned long first;
