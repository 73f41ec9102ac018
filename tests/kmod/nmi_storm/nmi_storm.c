// SPDX-License-Identifier: GPL-2.0-only
/*
 * nmi_storm.c - at every moment some CPU is in an NMI that calls what is being patched
 *
 *   insmod nmi_storm.ko core_start=0x... core_size=N
 *
 * An NMI's handler calls gcd and mktime64 some hundred times, then sends an NMI to the
 * next CPU, whose handler does the same. So it also comes while all CPUs stand still with
 * interrupts off. Each result must be that of the old or of the new function, which gives
 * a million more.
 *
 * The parameters, to be read: calls of the functions, how many gave the new result, how
 * many gave neither, how many NMIs there were, and how many of those interrupted
 * ksplice.ko, whose code is core_size bytes at core_start.
 */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/gcd.h>
#include <linux/module.h>
#include <linux/smp.h>
#include <linux/time.h>

#include <asm/apic.h>
#include <asm/irq_vectors.h>
#include <asm/nmi.h>

#define CALLS 200
#define DIFFERENCE 1000000

static unsigned long core_start, core_size;
module_param(core_start, ulong, 0);
module_param(core_size, ulong, 0);

/* Written by one CPU at a time: the one that has been sent the NMI. */
static unsigned long old_results, new_results, wrong_results, nmis, nmis_in_core;
module_param(old_results, ulong, 0444);
module_param(new_results, ulong, 0444);
module_param(wrong_results, ulong, 0444);
module_param(nmis, ulong, 0444);
module_param(nmis_in_core, ulong, 0444);

static bool is_ending, has_ended;
static int receiver = -1;

static void count_result(long result, long expected)
{
	if (result == expected)
		old_results++;
	else if (result == expected + DIFFERENCE)
		new_results++;
	else
		wrong_results++;
}

static void send_nmi(void)
{
	int next = cpumask_next(smp_processor_id(), cpu_online_mask);

	if (next >= nr_cpu_ids)
		next = cpumask_first(cpu_online_mask);
	smp_store_release(&receiver, next);
	apic->send_IPI(next, NMI_VECTOR);
}

static int handle_nmi(unsigned int type, struct pt_regs *regs)
{
	unsigned int i;

	/* Another one's. */
	if (smp_load_acquire(&receiver) != smp_processor_id())
		return NMI_DONE;
	nmis++;
	nmis_in_core += regs->ip - core_start < core_size;
	for (i = 1; i <= CALLS; i++) {
		count_result(gcd(12 * i, 18 * i), 6 * i);
		count_result(mktime64(1970, 1, 1, 0, 0, i), i);
	}
	if (READ_ONCE(is_ending))
		smp_store_release(&has_ended, true);
	else
		send_nmi();
	return NMI_HANDLED;
}

static int __init nmi_storm_init(void)
{
	int result = register_nmi_handler(NMI_LOCAL, handle_nmi, 0, "nmi_storm");

	if (result)
		return result;
	preempt_disable();
	send_nmi();
	preempt_enable();
	return 0;
}

static void __exit nmi_storm_exit(void)
{
	WRITE_ONCE(is_ending, true);
	while (!smp_load_acquire(&has_ended))
		msleep(1);
	unregister_nmi_handler(NMI_LOCAL, "nmi_storm");
}

module_init(nmi_storm_init);
module_exit(nmi_storm_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("NMIs without end that call what is being patched");
