s/^static LIST_HEAD(super_blocks);/LIST_HEAD(super_blocks);/
