s/^static void ____fput(struct callback_head/static void fput_late(struct callback_head/
s/init_task_work(&file->f_rcuhead, ____fput);/init_task_work(\&file->f_rcuhead, fput_late);/
