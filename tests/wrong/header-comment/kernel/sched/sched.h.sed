1i\
/* comment */
