/^int __weak arch_dup_task_struct/,/^}/d
