/^module_param(max_part, int, 0444);/s/0444/0644/
