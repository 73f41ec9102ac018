s/"loadavg.c"/"averages.c"/
