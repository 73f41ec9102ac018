// SPDX-License-Identifier: GPL-2.0-only
/*
 * any_probe.c - a kprobe anywhere, also where kprobe events cannot be
 *
 *   insmod any_probe.ko symbol=NAME [offset=N] [disabled=1]
 *                       [blacklist=0x... blacklist_mutex=0x...]
 *
 * hits counts. With the addresses of the kernel's kprobe_blacklist and kprobe_mutex it is
 * registered as by a thread that had looked at that list before it grew: the list is
 * empty meanwhile.
 */
#include <linux/kprobes.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>

static char *symbol;
static unsigned int offset, hits;
static bool disabled;
static unsigned long blacklist, blacklist_mutex;
module_param(symbol, charp, 0);
module_param(offset, uint, 0);
module_param(hits, uint, 0444);
module_param(disabled, bool, 0);
module_param(blacklist, ulong, 0);
module_param(blacklist_mutex, ulong, 0);

static int count_hit(struct kprobe *probe, struct pt_regs *regs)
{
	hits++;
	return 0;
}

static struct kprobe probe = {.pre_handler = count_hit};

/* Moves what is in one list to the other, which is empty. */
static void move_list(struct list_head *from, struct list_head *to)
{
	struct mutex *mutex = (void *)blacklist_mutex;

	mutex_lock(mutex);
	list_replace_init(from, to);
	mutex_unlock(mutex);
}

static int register_late(void)
{
	LIST_HEAD(hidden);
	int result;

	move_list((void *)blacklist, &hidden);
	result = register_kprobe(&probe);
	move_list(&hidden, (void *)blacklist);
	return result;
}

static int __init any_probe_init(void)
{
	probe.symbol_name = symbol;
	probe.offset = offset;
	probe.flags = disabled ? KPROBE_FLAG_DISABLED : 0;
	return blacklist ? register_late() : register_kprobe(&probe);
}

static void __exit any_probe_exit(void)
{
	unregister_kprobe(&probe);
}

module_init(any_probe_init);
module_exit(any_probe_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A kprobe anywhere");
