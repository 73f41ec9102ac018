/^void __init chrdev_init(void)/i\
static struct workqueue_struct *cdev_queue;\
static void cdev_note(struct work_struct *work) { }\
static DECLARE_WORK(cdev_work, cdev_note);\
\
static noinline void cdev_queue_note(void)\
{\
	queue_work(cdev_queue, \&cdev_work);\
}\

s/^static DEFINE_MUTEX(chrdevs_lock);/&\n#include <linux\/workqueue.h>\nstatic noinline void cdev_queue_note(void);/
/^void __init chrdev_init(void)/,/^}/s/^\tcdev_map = /\tcdev_queue = alloc_workqueue("cdev", 0, 0);\n&/
/^void cdev_del(/,/^}/s/^\tcdev_unmap/\tcdev_queue_note();\n&/
