// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/parallel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

/* More than that wait for memory and disk anyway. */
enum { threads_most = 16 };

struct parallel_work {
	size_t count;
	atomic_size_t next;
	void (*work)(size_t i, void *context);
	void *context;
};

static void *parallel_take(void *argument)
{
	struct parallel_work *shared = argument;
	size_t i;
	while ((i = atomic_fetch_add(&shared->next, 1)) < shared->count)
		shared->work(i, shared->context);
	return NULL;
}

void parallel_run(size_t count, void (*work)(size_t i, void *context), void *context)
{
	struct parallel_work shared = {.count = count, .work = work, .context = context};
	pthread_t threads[threads_most];
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t wanted = processors > threads_most
				? threads_most
				: (size_t)(processors < 1 ? 1 : processors);
	size_t started = 0;
	if (wanted > count)
		wanted = count;
	while (started + 1 < wanted &&
		!pthread_create(&threads[started], NULL, parallel_take, &shared))
		started++;
	parallel_take(&shared);
	while (started)
		pthread_join(threads[--started], NULL);
}
