1i\
/* a comment */
