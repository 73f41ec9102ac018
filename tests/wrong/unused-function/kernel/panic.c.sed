/^void nmi_panic(/i\
static inline int panic_nobody_calls_this(int x)\
{\
	return x + 1;\
}\

