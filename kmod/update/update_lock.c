// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/update/update_lock.h"

#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/semaphore.h>

#include "kmod/kernel/problem.h"

/* Far longer than an attempt takes. Only a hook can take longer. */
#define CHANGE_WAIT (10 * HZ)

/* A semaphore, because there is no waiting for a mutex with a limit. */
static struct semaphore change_semaphore = __SEMAPHORE_INITIALIZER(change_semaphore, 1);
static DEFINE_MUTEX(update_mutex);

int change_lock(const char *object)
{
	if (!down_timeout(&change_semaphore, CHANGE_WAIT))
		return 0;
	problem_add("%s: a hook of another change of updates has been running for %d "
		    "seconds: try again when it has ended",
		object, CHANGE_WAIT / HZ);
	return -EBUSY;
}

void change_lock_wait(void)
{
	down(&change_semaphore);
}

void change_unlock(void)
{
	up(&change_semaphore);
}

void update_lock(void)
{
	mutex_lock(&update_mutex);
}

void update_unlock(void)
{
	mutex_unlock(&update_mutex);
}

void update_lock_assert_held(void)
{
	lockdep_assert_held(&update_mutex);
}
