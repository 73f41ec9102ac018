// SPDX-License-Identifier: GPL-2.0-only
/*
 * window.c - a module of the VM tests: a thread enters a function, and sleeps in it, at a
 * moment of choice in an attempt to replace that function
 *
 *     insmod window.ko sleep=0xADDRESS     of hrtimer_nanosleep
 *     dd if=.../parameters/thread count=1 &  is the thread, on CPU 1
 *     echo stop >.../parameters/place      the next time that an attempt comes there
 *
 * The places, at which probes are set:
 *
 *     look    the thread's stack has just been looked at
 *     stop    all stacks have been looked at, and the machine is about to be stopped
 *
 * There the thread is woken, by which it goes to sleep in the function; the attempt waits
 * until it sleeps there. With "child" in the parameter, it makes a new thread that does.
 */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#define THREAD_CPU 1

static unsigned long sleep;
module_param(sleep, ulong, 0400);

static bool has_child;
module_param_named(child, has_child, bool, 0600);

enum place { PLACE_NONE, PLACE_LOOK, PLACE_STOP };
static const char *const place_names[] = {"none", "look", "stop"};

static enum place place; /* where the thread is woken */
static struct task_struct *waiting;  /* the thread, until then */
static struct task_struct *sleeping; /* who is about to sleep in the function */
static DECLARE_COMPLETION(opened);
static unsigned int opened_count;
module_param_named(opened, opened_count, uint, 0400);

static void sleep_in_function(void)
{
	long (*function)(ktime_t, enum hrtimer_mode, clockid_t) = (void *)sleep;

	WRITE_ONCE(sleeping, current);
	function(ktime_set(1000, 0), HRTIMER_MODE_REL, CLOCK_MONOTONIC);
}

static int child(void *unused)
{
	allow_signal(SIGTERM);
	sleep_in_function();
	return 0;
}

static void make_child(void)
{
	struct task_struct *made = kthread_create(child, NULL, "window-child");

	if (IS_ERR(made))
		return;
	kthread_bind(made, THREAD_CPU);
	wake_up_process(made);
}

static noinline int run_thread(void)
{
	int result = set_cpus_allowed_ptr(current, cpumask_of(THREAD_CPU));

	if (result)
		return result;
	reinit_completion(&opened);
	WRITE_ONCE(sleeping, NULL);
	WRITE_ONCE(waiting, current);
	if (wait_for_completion_interruptible(&opened))
		return -EINTR;
	if (has_child)
		make_child();
	else
		sleep_in_function();
	return -EIO; /* which nobody tries again */
}

/* The module's other parameters are to be used meanwhile. */
static int get_thread(char *buffer, const struct kernel_param *parameter)
{
	int result;

	kernel_param_unlock(THIS_MODULE);
	result = run_thread();
	kernel_param_lock(THIS_MODULE);
	return result;
}

static const struct kernel_param_ops thread_ops = {.get = get_thread};
module_param_cb(thread, &thread_ops, NULL, 0400);

static bool is_asleep(const struct task_struct *thread)
{
	return thread && (READ_ONCE(thread->__state) & TASK_INTERRUPTIBLE) &&
	       !smp_load_acquire(&thread->on_cpu);
}

/* With preemption off, on another CPU than the thread's. */
static void open_window(void)
{
	unsigned long end = jiffies + 20 * HZ;

	place = PLACE_NONE;
	complete(&opened);
	while (!is_asleep(READ_ONCE(sleeping)) && time_before(jiffies, end))
		cpu_relax();
	if (is_asleep(READ_ONCE(sleeping)))
		opened_count++;
}

static int visit_look(struct kprobe *probe, struct pt_regs *regs)
{
	if (place == PLACE_LOOK &&
		regs_get_kernel_argument(regs, 0) == (unsigned long)waiting)
		open_window();
	return 0;
}

static int visit_stop(struct kprobe *probe, struct pt_regs *regs)
{
	if (place == PLACE_STOP)
		open_window();
	return 0;
}

/* What the core calls when it has looked at a stack, and to stop the machine. */
static struct kprobe look_probe = {
	.symbol_name = "put_task_stack", .pre_handler = visit_look};
static struct kprobe stop_probe = {
	.symbol_name = "stop_machine_cpuslocked", .pre_handler = visit_stop};

static int set_place(const char *value, const struct kernel_param *parameter)
{
	int found = sysfs_match_string(place_names, value);

	if (found >= 0)
		place = found;
	return min(found, 0);
}

static const struct kernel_param_ops place_ops = {.set = set_place};
module_param_cb(place, &place_ops, NULL, 0200);

static int __init window_init(void)
{
	int result = register_kprobe(&look_probe);

	if (result)
		return result;
	result = register_kprobe(&stop_probe);
	if (result)
		unregister_kprobe(&look_probe);
	return result;
}

static void __exit window_exit(void)
{
	unregister_kprobe(&stop_probe);
	unregister_kprobe(&look_probe);
}

module_init(window_init);
module_exit(window_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A thread that enters a function at the worst moment");
