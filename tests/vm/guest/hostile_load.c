// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hostile_load.c - what is published is exchanged, stolen or loaded by somebody else
 *
 *   hostile_load                       lists the cases
 *   hostile_load CASE ID MODULE.ko FOLDER
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
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>

static const char *id, *folder;
static char name[64]; /* of the update's module */
static struct hostile_bytes module, list;

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

/* In a child, which gives an errno. */
static int run_in_child(int (*run)(void))
{
	pid_t child = fork();
	int status;

	if (!child)
		_exit(run());
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

static int device = -1; /* for children */

static void publish_sound(void)
{
	device = open_device();
	errno = publish(device, &list);
	if (errno)
		end_with("the sound list is refused");
}

static int drop_privileges(void)
{
	return setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534);
}

static int load_unpublished(void)
{
	return load(&module, "");
}

static int open_unprivileged(void)
{
	drop_privileges();
	return open(DEVICE, O_RDWR) < 0 ? errno : 0;
}

static int write_unprivileged(void)
{
	device = open_device();
	drop_privileges();
	return publish(device, &list);
}

static int read_unprivileged(void)
{
	char byte;

	device = open_device();
	drop_privileges();
	return read(device, &byte, 1) < 0 ? errno : 0;
}

static int change(const struct ksplice_control_change *request)
{
	device = open_device();
	return ioctl(device, KSPLICE_IOCTL_CHANGE, request) ? errno : 0;
}

static int change_unprivileged(void)
{
	struct ksplice_control_change request = {.verb = KSPLICE_CONTROL_APPLY};

	device = open_device();
	drop_privileges();
	return ioctl(device, KSPLICE_IOCTL_CHANGE, &request) ? errno : 0;
}

static int use_unknown_verb(void)
{
	return change(&(struct ksplice_control_change){.id = "abcdefgh", .verb = 77});
}

static int use_no_verb(void)
{
	return change(&(struct ksplice_control_change){.id = "abcdefgh"});
}

static int use_unknown_option(void)
{
	return change(&(struct ksplice_control_change){
		.id = "abcdefgh", .verb = KSPLICE_CONTROL_APPLY, .options = 1u << 31});
}

static int use_reserved(void)
{
	return change(&(struct ksplice_control_change){
		.id = "abcdefgh", .verb = KSPLICE_CONTROL_APPLY, .reserved = {0, 1}});
}

static int use_endless_id(void)
{
	struct ksplice_control_change request = {.verb = KSPLICE_CONTROL_APPLY};

	memset(request.id, 'a', sizeof(request.id));
	return change(&request);
}

static int use_unknown_id(void)
{
	return change(&(struct ksplice_control_change){
		.id = "abcdefgh", .verb = KSPLICE_CONTROL_REVERSE});
}

static int use_unknown_command(void)
{
	device = open_device();
	return ioctl(device, _IO(0xbe, 99)) ? errno : 0;
}

static int publish_twice(void)
{
	publish_sound();
	return publish(device, &list);
}

static int publish_by_device(void)
{
	return publish(device, &list);
}

/* A second opener, in another process, while the first has something published. */
static int publish_by_two(void)
{
	int number;

	publish_sound();
	device = open_device();
	number = publish_by_device();
	return number;
}

static int publish_in_child(void)
{
	device = open_device();
	return run_in_child(publish_by_device);
}

static int read_by_device(void)
{
	char byte;

	return read(device, &byte, 1) < 0 ? errno : 0;
}

static int read_in_child(void)
{
	device = open_device();
	return run_in_child(read_by_device);
}

static int load_module(void)
{
	return load(&module, "");
}

static int load_in_child(void)
{
	publish_sound();
	return run_in_child(load_module);
}

/* The owner is gone, and a child still holds its file. */
static int use_orphaned_file(void)
{
	int ready[2];
	pid_t owner;
	char byte;

	if (pipe(ready))
		end_with("pipe");
	owner = fork();
	if (!owner) {
		publish_sound();
		if (!fork()) {
			/* The grandchild: until the test is over. */
			close(ready[0]);
			close(ready[1]);
			sleep(2);
			_exit(0);
		}
		_exit(0);
	}
	close(ready[1]);
	waitpid(owner, NULL, 0);
	if (read(ready[0], &byte, 1) != 0)
		end_with("pipe");
	/* Nothing may be published any more. */
	return load(&module, "");
}

static int change_own_list(void)
{
	struct hostile_bytes altered = copy_bytes(&module);
	struct hostile_bytes own = find_section(&altered, KSPLICE_SECTION_SYMBOLS);

	own.data[own.size - 2] ^= 1;
	publish_sound();
	return load(&altered, "");
}

/* True, well made, and not the module's: one symbol less is checked by kallsyms. */
static int publish_other_list(void)
{
	struct hostile_bytes other = copy_bytes(&list);
	struct ksplice_symbol_list *header = (void *)other.data;
	struct ksplice_target *targets = (void *)(header + 1);
	struct ksplice_symbol *symbols = (void *)(targets + header->target_count);

	for (__u32 i = 0; i < header->count; i++)
		if (symbols[i].kind == KSPLICE_SYMBOL_OFFSET)
			symbols[i].kallsyms = KSPLICE_NO_KALLSYMS;
	list = other;
	publish_sound();
	return load(&module, "");
}

/* One string more, which nothing refers to. */
static int publish_longer_list(void)
{
	struct hostile_bytes other = copy_bytes(&list);
	struct ksplice_symbol_list *header = (void *)other.data;

	header->strings_size += 8;
	other.size += 8;
	list = other;
	publish_sound();
	return load(&module, "");
}

static int load_without_header(void)
{
	struct hostile_bytes altered = copy_bytes(&module);
	struct ksplice_update *update =
		(void *)find_section(&altered, KSPLICE_SECTION_UPDATE).data;

	update->magic ^= 1;
	publish_sound();
	return load(&altered, "");
}

/* A list that ends far behind the module. */
static int load_endless_list(void)
{
	struct hostile_bytes altered = copy_bytes(&module);
	struct ksplice_update *update =
		(void *)find_section(&altered, KSPLICE_SECTION_UPDATE).data;

	update->symbols_size = ~0ull;
	publish_sound();
	return load(&altered, "");
}

static int load_not_gpl(void)
{
	struct hostile_bytes altered = copy_bytes(&module);

	replace_text(&altered, ".modinfo", "license=GPL", "license=MIT");
	publish_sound();
	return load(&altered, "");
}

static int load_renamed(void)
{
	struct hostile_bytes altered = copy_bytes(&module);

	rename_module(&altered, name, "ksplice_aaaaaaaa");
	publish_sound();
	return load(&altered, "");
}

/* Not named like an update. */
static int load_disguised(void)
{
	struct hostile_bytes altered = copy_bytes(&module);

	rename_module(&altered, name, "innocent_module1");
	publish_sound();
	return load(&altered, "");
}

static struct hostile_bytes read_helper(const char *file)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	return read_file(path);
}

static int load_thief(void)
{
	struct hostile_bytes thief = read_helper("thief.ko");

	publish_sound();
	return load(&thief, "");
}

static int load_impostor(void)
{
	struct hostile_bytes impostor = read_helper("ksplice_impostor.ko");

	return load(&impostor, "");
}

static int load_impostor_published(void)
{
	publish_sound();
	return load_impostor();
}

/* Another module exports a symbol of the update's, and is asked before the core. */
static int hijack_symbol(void)
{
	static const char long_name[] = "hostile_test_export_whose_name_is_so_long_that_"
					"any_other_fits_in_its_place_______";
	struct hostile_bytes exporter = read_helper("exporter.ko");
	struct ksplice_symbol_list *header = (void *)list.data;
	struct ksplice_target *targets = (void *)(header + 1);
	struct ksplice_symbol *symbols = (void *)(targets + header->target_count);
	const char *strings = (void *)(symbols + header->count);
	struct hostile_bytes found = find_section(&exporter, "__ksymtab_strings");
	int number;

	unload("exporter");
	for (__u32 i = 0; i < header->count; i++) {
		if (symbols[i].kind != KSPLICE_SYMBOL_OFFSET)
			continue;
		char *place =
			memmem(found.data, found.size, long_name, strlen(long_name));
		if (!place)
			end_with(long_name);
		strcpy(place, strings + symbols[i].name);
		break;
	}
	/* Its table of exports stays sorted: h and then v. */
	number = load(&exporter, "");
	if (number)
		end_with("exporter.ko");
	publish_sound();
	number = load(&module, "");
	unload("exporter");
	return number;
}

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
	rename_module(&altered, name, "ksplice_aaaaaaaa");
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

	for (int i = 0; i < 1000 && value != 'Y'; i++) {
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

	rename_module(&altered, name, "ksplice_aaaaaaaa");
	publish_sound();
	start_load(&second, &altered);
	start_held_load(&first);
	/* What holds is in front of no one: the check comes before it. */
	serve_page(&second.arguments);
	pthread_join(second.thread, NULL);
	if (finish_held_load(&first))
		end_with("the first is refused as well");
	errno = unload(name);
	if (errno)
		end_with(name);
	return second.result;
}

/* After a load that was sound, the list is gone. */
static int load_again(void)
{
	struct hostile_bytes altered = copy_bytes(&module);

	publish_sound();
	errno = load(&module, "");
	if (errno)
		end_with("the sound update is refused");
	rename_module(&altered, name, "ksplice_aaaaaaaa");
	int number = load(&altered, "");
	errno = unload(name);
	if (errno)
		end_with(name);
	return number;
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
		errno = unload(name);
		if (errno)
			end_with(name);
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

static int read_to_slow_page(void)
{
	pthread_t thread;
	char path[300];
	int status;

	device = open_device();
	if (!publish(device, &module))
		end_with("a module is taken for a list");
	stuck = make_slow_page();
	pthread_create(&thread, NULL, read_reasons, NULL);
	await_fault(&stuck);
	snprintf(path, sizeof(path),
		"timeout 20 ksplice-apply --quiet /root/ksplice-%s.tar.gz && "
		"timeout 20 ksplice-undo --quiet %s",
		id, id);
	status = system(path);
	serve_page(&stuck);
	pthread_join(thread, NULL);
	if (strncmp(stuck.page, "symbol list: ", strlen("symbol list: ")))
		end_with("the reason is not in the page");
	return status ? ETIMEDOUT : 0;
}

static const struct hostile_case cases[] = {
	{"load-unpublished", load_unpublished, ENOENT, "Unknown symbol"},
	{"open-unprivileged", open_unprivileged, EACCES, NULL},
	{"write-unprivileged", write_unprivileged, EPERM, NULL},
	{"read-unprivileged", read_unprivileged, EPERM, NULL},
	{"change-unprivileged", change_unprivileged, EPERM, NULL},
	{"change-unknown-verb", use_unknown_verb, EOPNOTSUPP, "know the verb 77"},
	{"change-no-verb", use_no_verb, EOPNOTSUPP, "know the verb 0"},
	{"change-unknown-option", use_unknown_option, EOPNOTSUPP,
		"know the options 0x80000000"},
	{"change-reserved", use_reserved, EINVAL, "the request is damaged"},
	{"change-endless-id", use_endless_id, EINVAL, "the request is damaged"},
	{"change-unknown-id", use_unknown_id, ENOENT,
		"abcdefgh: no such update is loaded"},
	{"unknown-command", use_unknown_command, ENOTTY, NULL},
	{"publish-twice", publish_twice, EBUSY, "one is published already"},
	{"publish-by-two", publish_by_two, EBUSY, "has published one, for a load that"},
	{"publish-in-child", publish_in_child, EPERM, "that another process opened"},
	{"read-in-child", read_in_child, EPERM, "that another process opened"},
	{"load-in-child", load_in_child, EPERM, "this load is not that process's"},
	{"load-orphaned", use_orphaned_file, ENOENT, "Unknown symbol"},
	{"load-other-own-list", change_own_list, EINVAL,
		"its symbol list is not the one that was published"},
	{"load-other-published-list", publish_other_list, EINVAL,
		"its symbol list is not the one that was published"},
	{"load-longer-published-list", publish_longer_list, EINVAL,
		"its symbol list is not the one that was published"},
	{"load-without-header", load_without_header, ENOEXEC, "carries no update, and"},
	{"load-endless-list", load_endless_list, ENOEXEC,
		"its symbol list is not in its memory"},
	{"load-not-gpl", load_not_gpl, EPERM, "licence is not compatible with the GPL"},
	{"load-renamed", load_renamed, ENOEXEC, "has another name than its id"},
	{"load-disguised", load_disguised, ENOEXEC, "has another name than its id"},
	{"load-thief", load_thief, ENOEXEC,
		"thief: carries no update, and uses symbols of ksplice.ko"},
	{"load-impostor", load_impostor, ENOEXEC,
		"ksplice_impostor: carries no update, and has the name of one"},
	{"load-impostor-published", load_impostor_published, ENOEXEC,
		"ksplice_impostor: carries no update, and has the name of one"},
	{"load-hijacked", hijack_symbol, EPERM, "took a symbol from module exporter"},
	{"exchange-during-load", exchange_during_load, EBUSY,
		"is still being loaded with an earlier one"},
	{"close-during-load", close_during_load, EPERM, "no symbol list is published"},
	{"overtake-load", overtake_load, EPERM, "no symbol list is published"},
	{"close-after-check", close_after_check, EPERM,
		"what was published for its load was withdrawn"},
	{"exchange-after-check", exchange_after_check, EBUSY,
		"is still being loaded with an earlier one"},
	{"bind-twice", bind_twice, EBUSY, "has taken the symbol list, which is for one"},
	{"load-again", load_again, ENOENT, "Unknown symbol"},
	{"exchange-at-random", exchange_at_random, EPERM, NULL},
	{"read-to-slow-page", read_to_slow_page, 0, "reversed successfully"},
};

int main(int argc, char **argv)
{
	if (argc == 5) {
		struct hostile_bytes found;

		id = argv[2];
		module = read_file(argv[3]);
		folder = argv[4];
		snprintf(name, sizeof(name), KSPLICE_MODULE_PREFIX "%s", id);
		found = find_section(&module, KSPLICE_SECTION_SYMBOLS);
		list = copy_bytes(&found);
	}
	return run_client(
		cases, sizeof(cases) / sizeof(cases[0]), argc == 5 ? argv[1] : NULL);
}
