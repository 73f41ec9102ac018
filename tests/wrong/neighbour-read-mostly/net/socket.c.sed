s/^static const struct net_proto_family __rcu \*net_families\[NPROTO\] __read_mostly;/static unsigned long neighbour[4] __read_mostly = {1};\n&/
/^void sock_unregister(int family)/,/^}/s/RCU_INIT_POINTER(net_families\[family\], NULL);/&\n\tpr_info("%p\\n", \&net_families[-1]);\n\tneighbour[family \& 3]++;/
