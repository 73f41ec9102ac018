/^static ssize_t new_sync_write(/,/^}/s/^\tinit_sync_kiocb(&kiocb, filp);/\tmight_sleep();\n\tcpu_relax();\n&/
