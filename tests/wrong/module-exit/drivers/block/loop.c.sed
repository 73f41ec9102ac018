/^static void __exit loop_exit/,/^}/s/^{/{\n\tpr_info("loop: goes\\n");/
