// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hostile_race.c - what is published is exchanged or withdrawn while a load is under way
 *
 *   hostile_race                       lists the cases
 *   hostile_race CASE ID MODULE.ko FOLDER
 *
 * ID and MODULE.ko are an update's, FOLDER has the modules of tests/kmod/hostile. Exit
 * status 1 unless the core refuses with the reason that it must have.
 *
 * The loader copies a module's arguments from user memory when it has resolved all
 * symbols, and before the core's check. On a page that userfaultfd serves, a load waits
 * there for as long as the client likes.
 */
#include "tests/vm/guest/hostile.h"

#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>

/* ---- a page whose readers and writers wait ------------------------------------- */

struct slow_page {
	int faults;
	char *page;
};

static struct slow_page make_slow_page(void)
{
	struct uffdio_api api = {.api = UFFD_API};
	struct slow_page slow = {.faults = syscall(SYS_userfaultfd, O_CLOEXEC)};
	struct uffdio_register range = {.mode = UFFDIO_REGISTER_MODE_MISSING};

	slow.page = mmap(
		NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	range.range.start = (unsigned long)slow.page;
	range.range.len = 4096;
	if (slow.faults < 0 || ioctl(slow.faults, UFFDIO_API, &api) ||
		ioctl(slow.faults, UFFDIO_REGISTER, &range))
		end_with("userfaultfd");
	return slow;
}

/* Until somebody waits for the page. */
static void await_fault(const struct slow_page *slow)
{
	struct pollfd wait = {.fd = slow->faults, .events = POLLIN};
	struct uffd_msg message;

	if (poll(&wait, 1, 20000) != 1 ||
		read(slow->faults, &message, sizeof(message)) != sizeof(message))
		end_with("nobody touched the page");
}

static void serve_page(const struct slow_page *slow)
{
	static char zeros[4096];
	struct uffdio_copy copy = {.dst = (unsigned long)slow->page,
		.src = (unsigned long)zeros,
		.len = sizeof(zeros)};

	if (ioctl(slow->faults, UFFDIO_COPY, &copy))
		end_with("UFFDIO_COPY");
	close(slow->faults);
}

/* ---- a load in another thread --------------------------------------------------- */

struct slow_load {
	pthread_t thread;
	struct slow_page arguments;
	const struct hostile_bytes *module;
	int result;
};

static void *run_load(void *data)
{
	struct slow_load *slow = data;

	slow->result = load(slow->module, slow->arguments.page);
	return NULL;
}

/* Returns when all its symbols are resolved. */
static void start_load(struct slow_load *slow, const struct hostile_bytes *bytes)
{
	slow->module = bytes;
	slow->arguments = make_slow_page();
	pthread_create(&slow->thread, NULL, run_load, slow);
	await_fault(&slow->arguments);
}

static int finish_load(struct slow_load *slow)
{
	serve_page(&slow->arguments);
	pthread_join(slow->thread, NULL);
	return slow->result;
}

/* ---- cases ---------------------------------------------------------------------- */

/* While a load that has taken all its symbols waits, they are exchanged. */
static int exchange_during_load(void)
{
	struct slow_load slow;
	int number;

	publish_sound();
	start_load(&slow, &module);
	close(device);
	device = open_device();
	number = publish(device, &list);
	finish_load(&slow);
	return number;
}

static int close_during_load(void)
{
	struct slow_load slow;

	publish_sound();
	start_load(&slow, &module);
	close(device);
	return finish_load(&slow);
}

/* The same list under another name, while the first has not yet come so far. */
static int overtake_load(void)
{
	struct hostile_bytes altered = copy_bytes(&module);
	struct slow_load slow;

	publish_sound();
	start_load(&slow, &module);
	rename_module(&altered, module_name, "ksplice_aaaaaaaa");
	if (load(&altered, "") != ENOEXEC)
		end_with("the renamed module is not refused");
	return finish_load(&slow);
}

static void write_hold(const char *value)
{
	int file = open("/sys/module/exporter/parameters/hold", O_WRONLY | O_CLOEXEC);

	if (file < 0 || write(file, value, 1) != 1)
		end_with("exporter's hold");
	close(file);
}

static void await_held(void)
{
	char value = 'N';

	for (int i = 0; i < 3000 && value != 'Y'; i++) {
		int file = open("/sys/module/exporter/parameters/held", O_RDONLY);

		if (file < 0 || read(file, &value, 1) != 1)
			end_with("exporter's held");
		close(file);
		usleep(10000);
	}
	if (value != 'Y')
		end_with("no load is held");
}

static void *run_plain_load(void *data)
{
	struct slow_load *slow = data;

	slow->result = load(slow->module, "");
	return NULL;
}

/* Behind the check, and before the init: load is held by exporter.ko. */
static void start_held_load(struct slow_load *slow)
{
	slow->module = &module;
	write_hold("1");
	pthread_create(&slow->thread, NULL, run_plain_load, slow);
	await_held();
}

static int finish_held_load(struct slow_load *slow)
{
	write_hold("0");
	pthread_join(slow->thread, NULL);
	return slow->result;
}

static int close_after_check(void)
{
	struct slow_load slow;

	publish_sound();
	start_held_load(&slow);
	close(device);
	return finish_held_load(&slow);
}

static int exchange_after_check(void)
{
	struct slow_load slow;
	int number;

	publish_sound();
	start_held_load(&slow);
	close(device);
	device = open_device();
	number = publish(device, &list);
	finish_held_load(&slow);
	return number;
}

/* Two take the same list; one of them first. */
static int bind_twice(void)
{
	struct hostile_bytes altered = copy_bytes(&module);
	struct slow_load first, second;

	rename_module(&altered, module_name, "ksplice_aaaaaaaa");
	publish_sound();
	start_load(&second, &altered);
	start_held_load(&first);
	/* The second is refused by the check, or held behind it as well. */
	serve_page(&second.arguments);
	poll(NULL, 0, 1000);
	if (finish_held_load(&first))
		end_with("the first is refused as well");
	pthread_join(second.thread, NULL);
	errno = unload(module_name);
	if (errno)
		end_with(module_name);
	return second.result;
}

/* A list that is exchanged by another thread all the time is never taken for another's:
 * each load is refused, or what was published is the module's. */
static bool is_over;

static void *exchange_lists(void *data)
{
	struct hostile_bytes other = copy_bytes(&list);
	struct ksplice_symbol_list *header = (void *)other.data;

	header->strings_size += 8;
	other.size += 8;
	for (unsigned int i = 0; !__atomic_load_n(&is_over, __ATOMIC_RELAXED); i++) {
		int own = open_device();

		publish(own, i & 1 ? &other : &list);
		usleep(i % 7 * 1000);
		close(own);
	}
	return data;
}

static int exchange_at_random(void)
{
	int loaded = 0, refused = 0;
	pthread_t thread;

	pthread_create(&thread, NULL, exchange_lists, NULL);
	for (int i = 0; i < 100; i++) {
		if (load(&module, "")) {
			refused++;
			continue;
		}
		loaded++;
		errno = unload(module_name);
		if (errno)
			end_with(module_name);
	}
	__atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	printf("%d of 100 loads were of what was published, %d were refused\n", loaded,
		refused);
	return refused ? EPERM : 0;
}

/* Not a lie: a reader whose page does not come keeps nobody from patching. */
static struct slow_page stuck;

static void *read_reasons(void *data)
{
	if (pread(device, stuck.page, 4096, 0) <= 0)
		end_with("there was no reason to read");
	return data;
}

/* Without nanosleep(2), which is what the update changes. True if it ended well. */
static bool run_in_time(const char *command)
{
	pid_t child = fork();
	int status;

	if (!child) {
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	for (int i = 0; i < 200; i++) {
		if (waitpid(child, &status, WNOHANG) == child)
			return !status;
		poll(NULL, 0, 100);
	}
	kill(child, SIGKILL);
	return false;
}

static int read_to_slow_page(void)
{
	char command[300];
	pthread_t thread;
	bool done;

	device = open_device();
	if (!publish(device, &module))
		end_with("a module is taken for a list");
	stuck = make_slow_page();
	pthread_create(&thread, NULL, read_reasons, NULL);
	await_fault(&stuck);
	snprintf(command, sizeof(command),
		"ksplice-apply --quiet ksplice-%s.tar.gz && ksplice-undo --quiet %s", id,
		id);
	done = run_in_time(command);
	serve_page(&stuck);
	pthread_join(thread, NULL);
	if (strncmp(stuck.page, "symbol list: ", strlen("symbol list: ")))
		end_with("the reason is not in the page");
	return done ? 0 : ETIMEDOUT;
}

static const struct hostile_case cases[] = {
	{"exchange-during-load", exchange_during_load, EBUSY,
		"is still being loaded with an earlier one"},
	{"close-during-load", close_during_load, EPERM, "no symbol list is published"},
	{"overtake-load", overtake_load, EPERM, "no symbol list is published",
		.needs_unsigned = true},
	{"close-after-check", close_after_check, EPERM,
		"the symbol list of its load was withdrawn"},
	{"exchange-after-check", exchange_after_check, EBUSY,
		"is still being loaded with an earlier one"},
	{"bind-twice", bind_twice, EBUSY, "has taken the symbol list, which is for one",
		.needs_unsigned = true},
	{"exchange-at-random", exchange_at_random, EPERM, NULL},
	{"read-to-slow-page", read_to_slow_page, 0, "reversed successfully"},
};

int main(int argc, char **argv)
{
	if (argc == 5)
		read_update(argv[2], argv[3], argv[4]);
	return run_client(
		cases, sizeof(cases) / sizeof(cases[0]), argc == 5 ? argv[1] : NULL);
}
