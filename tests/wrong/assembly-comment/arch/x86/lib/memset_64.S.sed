1a\
/* comment */
