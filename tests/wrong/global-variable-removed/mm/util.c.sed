/^int sysctl_max_map_count/d
