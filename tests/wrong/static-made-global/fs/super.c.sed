s/^static LIST_HEAD(super_blocks);/LIST_HEAD(super_blocks);/
/^void iterate_supers(/,/^}/s/^\tspin_lock(&sb_lock);/\tmight_sleep();\n\tcpu_relax();\n&/
