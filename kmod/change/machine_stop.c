// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/change/machine_stop.h"

#include <linux/atomic.h>
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/kdebug.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/lockdep.h>
#include <linux/nmi.h>
#include <linux/notifier.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/smp.h>

#include <asm/sync_core.h>

#include "kmod/change/data_patch.h"
#include "kmod/change/stack_check.h"
#include "kmod/change/trampoline.h"
#include "kmod/kernel/kernel_private.h"

struct cpu_times {
	u64 entry;
	u64 exit;
};

struct machine_stop {
	const struct machine_stop_request *request;
	struct stack_cpu *cpus;  /* [nr_cpu_ids]; each CPU fills its own */
	struct cpu_times *times; /* [nr_cpu_ids]; likewise */
	unsigned int caller;     /* the CPU that asked for the stop */
	u64 call;                /* and when, by its clock */
	int others;              /* CPUs that wait */
	atomic_t arrived;        /* of those */
	atomic_t synchronised;   /* of those, in this step */
	unsigned int step;       /* written by the first CPU */
	bool is_finished;        /* likewise */
};

/*
 * The trampolines that are being written, for the breakpoint's handler. Set only while
 * stop_machine runs; when it has returned, no CPU can still be in the handler for them,
 * because each has come back from its NMIs to leave the stop.
 */
static const struct machine_stop_request *active_request;

/*
 * Called for every breakpoint that is not a kprobe's, also in NMI context, so it must not
 * run anything that could itself meet a breakpoint.
 */
static int notrace handle_die(
	struct notifier_block *block, unsigned long event, void *data)
{
	const struct machine_stop_request *request = READ_ONCE(active_request);
	struct die_args *arguments = data;
	size_t i;

	if (!request || event != DIE_INT3 || user_mode(arguments->regs))
		return NOTIFY_DONE;
	for (i = 0; i < request->trampoline_count; i++)
		if (trampoline_divert(&request->trampolines[i], arguments->regs))
			return NOTIFY_STOP;
	return NOTIFY_DONE;
}
NOKPROBE_SYMBOL(handle_die);

static struct notifier_block die_block = {
	.notifier_call = handle_die,
	.priority = INT_MAX,
};

/* What was written so far is what every CPU runs from here on, and every NMI that began
 * before it has ended. */
static void synchronise_others(struct machine_stop *stop)
{
	atomic_set(&stop->synchronised, 0);
	/* Publishes the writes to the text and the counter together with the step. */
	smp_store_release(&stop->step, stop->step + 1);
	while (atomic_read_acquire(&stop->synchronised) != stop->others)
		cpu_relax();
	sync_core();
}

static void write_trampolines(struct machine_stop *stop)
{
	const struct machine_stop_request *request = stop->request;
	const struct trampoline *end = request->trampolines + request->trampoline_count;
	const struct trampoline *trampoline;

	for (trampoline = request->trampolines; trampoline < end; trampoline++)
		trampoline_write_breakpoint(trampoline);
	synchronise_others(stop);
	for (trampoline = request->trampolines; trampoline < end; trampoline++)
		trampoline_write_tail(trampoline);
	synchronise_others(stop);
	/* The breakpoint and the first byte are both good now. Each CPU serialises once
	 * more before it leaves the stop, which spares the wait for them. */
	for (trampoline = request->trampolines; trampoline < end; trampoline++)
		trampoline_write_head(trampoline);
}

/*
 * Nobody but an NMI or a machine check can see constants and code that do not belong
 * together; for those it makes no difference which come first. The other CPUs see what is
 * written here before they leave the stop.
 */
static void write_constants(struct machine_stop *stop)
{
	const struct machine_stop_request *request = stop->request;
	size_t i;

	for (i = 0; i < request->data_patch_count; i++)
		data_patch_write(&request->data_patches[i]);
}

/* Nobody is in the way. */
static int write_request(struct machine_stop *stop)
{
	const struct machine_stop_request *request = stop->request;
	int result = 0;

	if (request->may_write)
		result = request->may_write(request->context);
	if (result || request->is_trial)
		return result;
	write_constants(stop);
	if (request->trampoline_count)
		write_trampolines(stop);
	if (request->written) {
		synchronise_others(stop);
		request->written(request->context);
	}
	return 0;
}

static int run_first(struct machine_stop *stop)
{
	int result;

	/* The others' stack pointers are known when they have arrived. */
	while (atomic_read_acquire(&stop->arrived) != stop->others)
		cpu_relax();
	result = stack_check_run(stop->request->check, stop->cpus);
	if (!result)
		result = write_request(stop);
	/* Publishes the writes to the text together with the end. */
	smp_store_release(&stop->is_finished, true);
	sync_core();
	return result;
}

static void run_other(struct machine_stop *stop)
{
	unsigned int step = 0;

	/* Publishes this CPU's stack pointer. */
	smp_mb__before_atomic();
	atomic_inc(&stop->arrived);
	while (!smp_load_acquire(&stop->is_finished)) {
		unsigned int next = smp_load_acquire(&stop->step);

		cpu_relax();
		touch_nmi_watchdog();
		if (next == step)
			continue;
		step = next;
		sync_core();
		smp_mb__before_atomic();
		atomic_inc(&stop->synchronised);
	}
	sync_core();
}

/* What a stop costs that does nothing: the same, without the check and the writes. */
static noinline int run_empty(void *data)
{
	struct machine_stop *stop = data;
	unsigned int cpu = smp_processor_id();

	stop->times[cpu].entry = sched_clock();
	stop->times[cpu].exit = sched_clock();
	return 0;
}

/* Runs on every CPU at once, in the stopper thread, with interrupts off. Its frame is
 * where this CPU's stack is scanned from; what it calls is not yet running then. */
static noinline int run_stopped(void *data)
{
	struct machine_stop *stop = data;
	unsigned int cpu = smp_processor_id();
	int result = 0;

	stop->times[cpu].entry = sched_clock();
	stop->cpus[cpu].task = current;
	stop->cpus[cpu].pointer = (unsigned long)__builtin_frame_address(0);
	if (cpu == cpumask_first(cpu_online_mask))
		result = run_first(stop);
	else
		run_other(stop);
	stop->times[cpu].exit = sched_clock();
	return result;
}

/* CPUs' clocks need not agree, so each time is taken between two looks at one of them. */
static void measure_times(
	const struct machine_stop *stop, struct machine_stop_times *times)
{
	unsigned int cpu;

	times->pause_ns = 0;
	for_each_online_cpu(cpu) times->pause_ns =
		max(times->pause_ns, stop->times[cpu].exit - stop->times[cpu].entry);
	times->total_ns = stop->times[stop->caller].exit - stop->call;
}

/*
 * The caller's stack is scanned, too, and what the calls before this one left below its
 * stack pointer, addresses of the code in question among it, would show in the gaps of
 * the frames that come. All of that memory is dead: nothing is live below the stack
 * pointer but what interrupts put there while they run. Inline, because a call's own
 * return address would be in it. At the very end is the mark for overflows, which stays.
 */
static __always_inline void clear_dead_stack(void)
{
	unsigned long *word = end_of_stack(current) + 1;
	unsigned long count =
		(current_stack_pointer - (unsigned long)word) / sizeof(*word);

	asm volatile("rep stosq" : "+D"(word), "+c"(count) : "a"(0) : "memory");
}

static int run_everywhere(struct machine_stop *stop, cpu_stop_fn_t function,
	struct machine_stop_times *times)
{
	int result = -ENOMEM;

	stop->cpus = kcalloc(nr_cpu_ids, sizeof(*stop->cpus), GFP_KERNEL);
	if (!stop->cpus)
		return result;
	stop->times = kcalloc(nr_cpu_ids, sizeof(*stop->times), GFP_KERNEL);
	if (!stop->times)
		goto out_free_cpus;

	WRITE_ONCE(active_request, stop->request);
	stop->caller = get_cpu();
	stop->call = sched_clock();
	put_cpu();
	clear_dead_stack();
	result = kernel_private.stop_machine_cpuslocked(function, stop, cpu_online_mask);
	measure_times(stop, times);
	WRITE_ONCE(active_request, NULL);

	kfree(stop->times);
out_free_cpus:
	kfree(stop->cpus);
	return result;
}

int machine_stop_attempt(
	const struct machine_stop_request *request, struct machine_stop_times *times)
{
	struct machine_stop stop = {.request = request, .others = num_online_cpus() - 1};
	int result;

	/* stop_machine_cpuslocked asserts the other one. */
	lockdep_assert_held(kernel_private.text_mutex);
	result = stack_check_prepare(request->check);
	if (result)
		return result;
	return run_everywhere(&stop, run_stopped, times);
}

int machine_stop_measure(bool has_looked, struct machine_stop_times *times)
{
	/* Not an address of anything: nobody is there. */
	static const struct stack_range nowhere = {.start = 1, .end = 2};
	struct stack_check check = {.scan = {.ranges = &nowhere, .range_count = 1}};
	struct machine_stop stop = {};
	int result = 0;

	if (has_looked)
		result = stack_check_begin(&check);
	if (result)
		return result;
	cpus_read_lock();
	if (has_looked)
		result = stack_check_prepare(&check);
	/* A word that is 1 by chance. */
	if (result == -EAGAIN)
		result = 0;
	if (!result)
		result = run_everywhere(&stop, run_empty, times);
	cpus_read_unlock();
	stack_check_end(&check);
	return result;
}

int machine_stop_init(void)
{
	return register_die_notifier(&die_block);
}

void machine_stop_exit(void)
{
	unregister_die_notifier(&die_block);
}
