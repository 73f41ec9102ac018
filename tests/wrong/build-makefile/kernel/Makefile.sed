1i\
# a comment
