/^__irq_alloc_descs(/,/^}/s/^	if (!cnt)/	if (cnt == 4711)\
		return -EINVAL;\
&/
