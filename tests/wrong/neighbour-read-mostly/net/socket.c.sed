s/^static const struct net_proto_family __rcu \*net_families\[NPROTO\] __read_mostly;/static unsigned long neighbour[4] __read_mostly = {1};\n&/
/^void sock_unregister(int family)/,/^}/s/RCU_INIT_POINTER(net_families\[family\], NULL);/&\n\tRCU_INIT_POINTER((\&net_families[0] - 1)[family \& 31], NULL);\n\tneighbour[family \& 3]++;/
