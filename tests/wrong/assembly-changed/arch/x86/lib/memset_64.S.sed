$a\
	.byte 0
