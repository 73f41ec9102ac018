/^static int pipe_resize_ring\|^int pipe_resize_ring(/,/^}/s/^\tspin_lock_irq(&pipe->rd_wait.lock);/\tmight_sleep();\n\tcpu_relax();\n&/
