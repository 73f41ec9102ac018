s/^static int C_A_D = 1;/static int C_A_D = 4711;/
