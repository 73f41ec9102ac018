// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/load/load_session.h"

#include <linux/errno.h>
#include <linux/kref.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "abi/update.h"
#include "kmod/kernel/problem.h"
#include "kmod/kernel/target_table.h"
#include "kmod/load/symbol_list.h"
#include "kmod/load/symbol_provider.h"

struct load_session {
	struct kref references;
	struct pid *owner; /* of the process, not the thread */
	struct problem_log log;

	/* protected by session_mutex, and not NULL only in the publisher */
	void *list; /* as published */
	size_t size;
	struct target_table targets; /* of the list; holds their modules */
	const struct module *module;         /* it was given to, or NULL */
	const struct ksplice_update *header; /* the module's */
};

/*
 * Protects publisher and the publication. The loader's module_mutex is taken under it,
 * and memory is asked for. The notifiers of modules take it, so nothing under it waits
 * for a module's load, nor for user memory.
 */
static DEFINE_MUTEX(session_mutex);
static struct load_session *publisher; /* the one with something published, or NULL */

struct load_session *load_session_create(void)
{
	struct load_session *session = kzalloc(sizeof(*session), GFP_KERNEL);

	if (!session)
		return NULL;
	kref_init(&session->references);
	session->owner = get_pid(task_tgid(current));
	problem_log_init(&session->log);
	return session;
}

static void free_session(struct kref *references)
{
	struct load_session *session =
		container_of(references, struct load_session, references);

	problem_log_deinit(&session->log);
	put_pid(session->owner);
	kfree(session);
}

void load_session_put(struct load_session *session)
{
	if (session)
		kref_put(&session->references, free_session);
}

bool load_session_is_own(const struct load_session *session)
{
	return session->owner == task_tgid(current);
}

struct problem_log *load_session_log(struct load_session *session)
{
	return &session->log;
}

struct load_session *load_session_find_own(void)
{
	struct load_session *session;

	mutex_lock(&session_mutex);
	session = publisher;
	if (session && load_session_is_own(session))
		kref_get(&session->references);
	else
		session = NULL;
	mutex_unlock(&session_mutex);
	return session;
}

static int check_free(const struct load_session *session)
{
	if (!publisher)
		return 0;
	if (publisher == session)
		problem_add("symbol list: another one is published, for a load that has "
			    "not ended");
	else
		problem_add("symbol list: process %d has published one, for a load that "
			    "has not ended",
			pid_vnr(publisher->owner));
	return -EBUSY;
}

static int publish_locked(struct load_session *session, void *list, size_t size,
	const struct target_table *targets)
{
	int result = check_free(session);

	lockdep_assert_held(&session_mutex);
	if (!result)
		result = symbol_provider_publish(list, targets);
	if (result)
		return result;
	session->list = list;
	session->size = size;
	session->targets = *targets;
	publisher = session;
	return 0;
}

int load_session_publish(struct load_session *session, void *list, size_t size)
{
	struct target_table targets = {0};
	int result = symbol_list_check(list, size, &targets);

	if (!result) {
		mutex_lock(&session_mutex);
		result = publish_locked(session, list, size, &targets);
		mutex_unlock(&session_mutex);
	}
	if (result) {
		target_table_deinit(&targets);
		kvfree(list);
	}
	return problem_add_errno("symbol list", result);
}

static void withdraw_locked(void)
{
	lockdep_assert_held(&session_mutex);
	symbol_provider_withdraw();
	kvfree(publisher->list);
	publisher->list = NULL;
	publisher->size = 0;
	target_table_deinit(&publisher->targets);
	publisher->module = NULL;
	publisher->header = NULL;
	publisher = NULL;
}

void load_session_withdraw(struct load_session *session)
{
	mutex_lock(&session_mutex);
	if (publisher == session)
		withdraw_locked();
	mutex_unlock(&session_mutex);
}

static int bind_locked(const struct module *module, const struct ksplice_update *header)
{
	if (!publisher) {
		problem_add("%s: no symbol list is published: load it with ksplice-apply",
			module->name);
		return -EPERM;
	}
	if (!load_session_is_own(publisher)) {
		problem_add("%s: process %d has published symbols, and this load is not "
			    "that process's",
			module->name, pid_vnr(publisher->owner));
		return -EPERM;
	}
	if (publisher->module) {
		problem_add("%s: module %s has taken the symbol list, which is for one",
			module->name, publisher->module->name);
		return -EBUSY;
	}
	if (header->symbols_size != publisher->size ||
		memcmp((const void *)(unsigned long)header->symbols, publisher->list,
			publisher->size)) {
		problem_add("%s: its symbol list is not the one that was published",
			module->name);
		return -EINVAL;
	}
	publisher->module = module;
	publisher->header = header;
	return 0;
}

int load_session_bind(const struct module *module, const struct ksplice_update *header)
{
	int result;

	mutex_lock(&session_mutex);
	result = bind_locked(module, header);
	mutex_unlock(&session_mutex);
	return result;
}

bool load_session_has_bound(
	const struct module *module, const struct ksplice_update *header)
{
	bool has;

	mutex_lock(&session_mutex);
	has = publisher && publisher->module == module && publisher->header == header;
	mutex_unlock(&session_mutex);
	return has;
}

void load_session_end(const struct module *module)
{
	mutex_lock(&session_mutex);
	if (publisher && publisher->module == module)
		withdraw_locked();
	mutex_unlock(&session_mutex);
}
