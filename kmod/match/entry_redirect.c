// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/match/entry_redirect.h"

#include <linux/ftrace.h>

#ifdef CONFIG_DYNAMIC_FTRACE

#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>

#include "kmod/kernel/kernel_private.h"

static bool may_redirect(struct ftrace_ops *ops, unsigned long entry)
{
	if (!(ops->flags & FTRACE_OPS_FL_IPMODIFY))
		return false;
	if ((void *)ops->func == kernel_private.kprobe_ftrace_handler)
		return false;
	/* An ops of this kind never stands for all functions. The hash is protected by
	 * ftrace_lock. */
	return kernel_private.ftrace_lookup_ip(
		rcu_dereference_protected(ops->func_hash->filter_hash,
			lockdep_is_held(kernel_private.ftrace_lock)),
		entry);
}

static struct ftrace_ops *next_ops(const struct ftrace_ops *ops)
{
	return rcu_dereference_protected(
		ops->next, lockdep_is_held(kernel_private.ftrace_lock));
}

static bool find_handler(unsigned long entry, struct entry_redirect *redirect)
{
	struct ftrace_ops *ops = *kernel_private.ftrace_ops_list;

	for (; ops && ops != kernel_private.ftrace_list_end; ops = next_ops(ops)) {
		if (!may_redirect(ops, entry))
			continue;
		redirect->kind = "livepatch";
		redirect->function = (void *)ops->func;
		return true;
	}
	return false;
}

static bool find_trampoline(unsigned long entry, struct entry_redirect *redirect)
{
	unsigned long trampoline;

	if (!kernel_private.ftrace_find_rec_direct)
		return false;
	/* Protected by RCU tasks: nothing sleeps in there. */
	trampoline = kernel_private.ftrace_find_rec_direct(entry);
	if (!trampoline)
		return false;
	if (kernel_private.is_bpf_text_address &&
		kernel_private.is_bpf_text_address(trampoline))
		return false;
	redirect->kind = "direct";
	redirect->function = (void *)trampoline;
	return true;
}

bool entry_redirect_find(unsigned long function, struct entry_redirect *redirect)
{
	unsigned long entry = kernel_private.ftrace_location(function);
	bool is_found;

	if (!entry)
		return false;
	mutex_lock(kernel_private.ftrace_lock);
	is_found = find_handler(entry, redirect) || find_trampoline(entry, redirect);
	mutex_unlock(kernel_private.ftrace_lock);
	return is_found;
}

#else

bool entry_redirect_find(unsigned long function, struct entry_redirect *redirect)
{
	return false;
}

#endif
