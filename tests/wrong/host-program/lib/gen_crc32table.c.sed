$a\
int changed = 1;
