/^struct task_struct \* __init fork_idle/i\
/*\
 * Nothing changes.\
 */
