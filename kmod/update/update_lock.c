// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/update/update_lock.h"

#include <linux/lockdep.h>
#include <linux/mutex.h>

static DEFINE_MUTEX(update_mutex);

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
