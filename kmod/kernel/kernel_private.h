/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernel_private.h - what the core uses of the kernel and the kernel does not export
 *
 * Found once, by name, when the core is loaded. The start is kallsyms_lookup_name:
 * a kprobe on it gives its address; where kprobes are off, the module parameter of
 * that name does, from /proc/kallsyms.
 */
#ifndef KSPLICE_KMOD_KERNEL_PRIVATE_H
#define KSPLICE_KMOD_KERNEL_PRIVATE_H

#include <linux/cpumask.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/stop_machine.h>

#include <asm/insn.h>

struct ftrace_func_entry;
struct ftrace_hash;
struct ftrace_ops;
struct kprobe;
struct tracepoint;

struct kernel_private {
	/* never NULL */
	unsigned long (*kallsyms_lookup_name)(const char *name);
	int (*kallsyms_on_each_match_symbol)(
		int (*visit)(void *data, unsigned long address), const char *name,
		void *data);
	int (*stop_machine_cpuslocked)(
		cpu_stop_fn_t function, void *data, const struct cpumask *cpus);
	struct task_struct *(*idle_task)(int cpu);
	void (*put_task_stack)(struct task_struct *task);
	int (*wake_up_state)(struct task_struct *task, unsigned int state);
	void *(*module_alloc)(unsigned long size);
	void (*module_memfree)(void *memory);
	int (*insn_decode)(
		struct insn *insn, const void *code, int size, enum insn_mode mode);
	struct mutex *text_mutex;
	struct mutex *module_mutex;
	struct module *(*find_module)(const char *name);
	char *text_start; /* _text */
	char *text_end;   /* _etext */
	char *image_end;  /* _end */
	/* The memory that is read-only since boot; what is read-only after init is in it.
	 */
	char *constants_start; /* __start_rodata */
	char *constants_end;   /* __end_rodata */
	char *init_start;      /* __init_begin */
	char *init_end;        /* __init_end */
	char *noinstr_start; /* code that must not be interrupted by a breakpoint */
	char *noinstr_end;
	char *entry_start;
	char *entry_end;
	char *notes_start;
	char *notes_end;
	const struct kernel_symbol *exports_start;
	const struct kernel_symbol *exports_end;
	const struct kernel_symbol *gpl_exports_start;
	const struct kernel_symbol *gpl_exports_end;

	/* NULL without CONFIG_KPROBES; with it the last may be NULL, the others not */
	struct mutex *kprobe_mutex;
	struct list_head *kprobe_blacklist;
	struct kprobe *(*get_kprobe)(void *address);
	void *aggr_pre_handler;
	bool (*within_kprobe_blacklist)(unsigned long address);
	void (*wait_for_kprobe_optimizer)(void);

	/* NULL without CONFIG_DYNAMIC_FTRACE; with it the last three may be NULL */
	struct mutex *ftrace_lock;
	struct ftrace_ops **ftrace_ops_list;
	struct ftrace_ops *ftrace_list_end;
	struct ftrace_func_entry *(*ftrace_lookup_ip)(
		struct ftrace_hash *hash, unsigned long address);
	unsigned long (*ftrace_location)(unsigned long address);
	unsigned long (*ftrace_find_rec_direct)(unsigned long entry);
	void *kprobe_ftrace_handler;
	bool (*is_bpf_text_address)(unsigned long address);

	/* NULL where the kernel's configuration has no such thing */
	int (*arch_stack_walk_reliable)(
		bool (*visit)(void *cookie, unsigned long address), void *cookie,
		struct task_struct *task);
	unsigned int (*stack_trace_save_tsk)(struct task_struct *task,
		unsigned long *addresses, unsigned int limit, unsigned int skipped);
	struct tracepoint *tracepoint_sched_switch;
	struct tracepoint *tracepoint_task_newtask;
	void (*perf_event_text_poke)(const void *address, const void *before,
		size_t before_size, const void *after, size_t after_size);
	void **return_thunk; /* x86_return_thunk, a pointer to the one in use */
	char *return_thunk_as_built;
	char *pv_nop; /* _paravirt_nop */
	char *pv_bug; /* paravirt_BUG */
	bool (*cpu_wants_rethunk_at)(void *address);
	bool *uniproc_patched; /* the kernel runs without lock prefixes */
	unsigned long ftrace_caller;
	unsigned long ftrace_regs_caller;
	bool (*is_ftrace_trampoline)(unsigned long address);
	char *static_call_return;
	char *static_call_return0;
};

/* Constant once kernel_private_init has succeeded. */
extern struct kernel_private kernel_private;

/* Fills kernel_private; says by problem_add what is missing. */
int kernel_private_init(void);

#endif
