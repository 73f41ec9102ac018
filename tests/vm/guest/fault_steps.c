// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fault_steps.c - each allocation of each step of an update's life fails once
 *
 *   fault_steps MODULE ID [STRIDE]
 *
 * A program of the VM tests. Takes the update through open, list, load, check, apply,
 * reverse and unload. Each step is tried with its first allocation failing, then with its
 * second, and so on until none is left to fail (/proc/self/fail-nth, Linux'
 * Documentation/fault-injection). An attempt that fails must leave everything as it was:
 * the core's and the update's reference counts, what is in /sys/kernel/ksplice, and the
 * kernel's code and constants (kernel_text; after each eighth attempt of a step that does
 * not write to them, and at its end). What fails in the core must say why. An attempt
 * that succeeds all the same is taken back before the next.
 *
 * The kernel's own part in a load is injected too; as that has hundreds of allocations,
 * only each STRIDE-th one of a load is tried (1). Prints a line for each step. Exit
 * status 0 if all was as it must be.
 */
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi/control.h"
#include "abi/update.h"

enum {
	ALLOCATIONS_MOST = 3000,
	BUSY_TRIES = 200,  /* of 50 ms */
	TEXT_INTERVAL = 8, /* reading all of the text takes as long as an attempt */
	STATE_SIZE = 65536,
};

static const char *module_path;
static const char *id;
static char *module;
static size_t list_offset;
static size_t list_size;
static int fail_nth; /* /proc/self/fail-nth */
static int device = -1;
static int load_stride = 1;
static const char *at_step = "start";
static int at_number;

static void end_with(const char *problem)
{
	printf("FAILED: %s, allocation %d: %s (%s)\n", at_step, at_number, problem,
		strerror(errno));
	exit(1);
}

/* ---- injection --------------------------------------------------------------------- */

static void inject_begin(int number)
{
	char text[16];
	int size = snprintf(text, sizeof(text), "%d", number);

	if (number && pwrite(fail_nth, text, size, 0) != size)
		end_with("fail-nth");
}

/* Was there an allocation of that number? errno stays. */
static bool inject_end(int number)
{
	int known = errno;
	char text[16] = {0};

	if (!number)
		return false;
	if (pread(fail_nth, text, sizeof(text) - 1, 0) <= 0 ||
		pwrite(fail_nth, "0", 1, 0) != 1)
		end_with("fail-nth");
	errno = known;
	return atoi(text) == 0;
}

/* ---- the steps; number 0: nothing fails ---------------------------------------------
 */

/* What a step came to. */
struct outcome {
	bool is_hit;  /* an allocation failed */
	int error;    /* 0: it succeeded */
	bool is_told; /* the core said why not */
};

static void open_device(void)
{
	device = open("/dev/" KSPLICE_DEVICE_NAME, O_RDWR | O_CLOEXEC);
	if (device < 0)
		end_with("/dev/" KSPLICE_DEVICE_NAME);
}

static void close_device(void)
{
	if (device >= 0)
		close(device);
	device = -1;
}

static void finish(struct outcome *outcome, long result, int number)
{
	char reason[4096];

	outcome->error = result < 0 ? errno : 0;
	outcome->is_hit = inject_end(number);
	outcome->is_told = device >= 0 && pread(device, reason, sizeof(reason), 0) > 0;
}

static struct outcome run_open(int number)
{
	struct outcome outcome;

	inject_begin(number);
	device = open("/dev/" KSPLICE_DEVICE_NAME, O_RDWR | O_CLOEXEC);
	finish(&outcome, device, number);
	return outcome;
}

static struct outcome run_list(int number)
{
	struct outcome outcome;
	long result;

	open_device();
	inject_begin(number);
	result = write(device, module + list_offset, list_size);
	finish(&outcome, result, number);
	if (outcome.error)
		close_device();
	return outcome;
}

static struct outcome run_load(int number)
{
	struct outcome outcome;
	int file = open(module_path, O_RDONLY | O_CLOEXEC);
	long result;

	open_device();
	if (file < 0 ||
		write(device, module + list_offset, list_size) != (ssize_t)list_size)
		end_with("list");
	inject_begin(number);
	result = syscall(SYS_finit_module, file, "", 0);
	finish(&outcome, result, number);
	close(file);
	close_device();
	return outcome;
}

static struct outcome run_unload(int number)
{
	struct outcome outcome;
	char name[64];
	long result;

	snprintf(name, sizeof(name), KSPLICE_MODULE_PREFIX "%s", id);
	inject_begin(number);
	result = syscall(SYS_delete_module, name, O_NONBLOCK);
	finish(&outcome, result, number);
	return outcome;
}

static struct outcome change(enum ksplice_control_verb verb, int number)
{
	struct ksplice_control_change request = {.verb = verb};
	struct outcome outcome;
	long result;

	strncpy(request.id, id, sizeof(request.id) - 1);
	open_device();
	inject_begin(number);
	result = ioctl(device, KSPLICE_IOCTL_CHANGE, &request);
	finish(&outcome, result, number);
	close_device();
	return outcome;
}

static struct outcome run_check(int number)
{
	return change(KSPLICE_CONTROL_CHECK_APPLY, number);
}

static struct outcome run_apply(int number)
{
	return change(KSPLICE_CONTROL_APPLY, number);
}

static struct outcome run_check_reverse(int number)
{
	return change(KSPLICE_CONTROL_CHECK_REVERSE, number);
}

static struct outcome run_reverse(int number)
{
	return change(KSPLICE_CONTROL_REVERSE, number);
}

static struct outcome run_close(int number)
{
	struct outcome outcome = {0};

	(void)number;
	close_device();
	return outcome;
}

/* A thread that is in the way, and no allocation, is no answer. */
static struct outcome run_patiently(struct outcome (*run)(int number), int number)
{
	struct outcome outcome = run(number);

	for (int tries = BUSY_TRIES; outcome.error == EAGAIN && tries; tries--) {
		usleep(50000);
		outcome = run(number);
	}
	return outcome;
}

/* ---- what must be as it was ----------------------------------------------------------
 */

static char state_before[STATE_SIZE];
static char state_now[STATE_SIZE];

static void state_add(char *state, const char *text)
{
	if (strlen(state) + strlen(text) + 2 > STATE_SIZE)
		end_with("the state is too long");
	strcat(strcat(state, text), "\n");
}

/* Names, uses and users of our modules. */
static void state_add_modules(char *state)
{
	char line[1024];
	FILE *file = fopen("/proc/modules", "r");

	while (file && fgets(line, sizeof(line), file)) {
		char name[128], uses[64], users[512], text[768];

		if (sscanf(line, "%127s %*s %63s %511s", name, uses, users) == 3 &&
			!strncmp(name, "ksplice", 7)) {
			snprintf(text, sizeof(text), "%s %s %s", name, uses, users);
			state_add(state, text);
		}
	}
	if (!file || fclose(file))
		end_with("/proc/modules");
}

/* The names of all files below the folder. */
static void state_add_files(char *state, const char *folder)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, alphasort);

	for (int i = 0; i < count; i++) {
		char path[768];
		struct stat status;

		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.' && !lstat(path, &status)) {
			state_add(state, path);
			if (S_ISDIR(status.st_mode))
				state_add_files(state, path);
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

static void state_add_file(char *state, const char *name)
{
	char path[256];
	char text[256] = {0};
	int file;

	snprintf(path, sizeof(path), "/sys/kernel/ksplice/%s/%s", id, name);
	file = open(path, O_RDONLY | O_CLOEXEC);
	/* One that was applied and reversed is as good as one that was loaded. */
	if (file >= 0 && read(file, text, sizeof(text) - 1) >= 0)
		state_add(state, strcmp(text, "reversed\n") ? text : "loaded\n");
	if (file >= 0)
		close(file);
}

static void read_state(char *state)
{
	char folder[256];

	state[0] = '\0';
	state_add_modules(state);
	state_add_files(state, "/sys/kernel/ksplice");
	snprintf(folder, sizeof(folder), "/sys/module/ksplice_%s", id);
	state_add(state, access(folder, F_OK) ? "no folder in /sys/module" : folder);
	state_add_file(state, "state");
}

static bool text_is(const char *action, const char *file)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		freopen("/dev/null", "w", stdout);
		execlp("kernel_text", "kernel_text", action, file, NULL);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		end_with("kernel_text");
	return status == 0;
}

static void check_as_before(bool has_text)
{
	read_state(state_now);
	if (strcmp(state_before, state_now)) {
		printf("before:\n%s\nnow:\n%s\n", state_before, state_now);
		end_with("something else than before");
	}
	if (has_text && !text_is("compare", "/tmp/fault_text"))
		end_with("the kernel's text has changed");
}

/* ---- all of it -----------------------------------------------------------------------
 */

static const struct step {
	const char *name;
	struct outcome (*run)(int number);
	struct outcome (*undo)(int number);
	bool is_undone;  /* also at the end */
	bool is_ours;    /* whatever fails in it fails in the core, which says why */
	bool is_writing; /* to code or constants */
} steps[] = {
	{"open", run_open, run_close, true, false},
	{"list", run_list, run_close, true, false},
	{"load", run_load, run_unload, false, false},
	{"check", run_check, NULL, false, true},
	{"apply", run_apply, run_reverse, false, true, true},
	{"check-reverse", run_check_reverse, NULL, false, true},
	{"reverse", run_reverse, run_apply, false, true, true},
	{"unload", run_unload, run_load, false, false},
};

static void undo_step(const struct step *step, bool has_text)
{
	struct outcome outcome = {0};

	if (step->undo)
		outcome = run_patiently(step->undo, 0);
	if (outcome.error) {
		errno = outcome.error;
		end_with("cannot be taken back");
	}
	check_as_before(has_text);
}

static void run_step(const struct step *step)
{
	int failures = 0;
	int successes = 0;
	int silent = 0;
	int stride = step->run == run_load ? load_stride : 1;

	at_step = step->name;
	read_state(state_before);
	if (!text_is("save", "/tmp/fault_text"))
		end_with("kernel_text save");
	for (int number = 1; number < ALLOCATIONS_MOST; number += stride) {
		struct outcome outcome;
		bool has_text;

		at_number = number;
		outcome = run_patiently(step->run, number);
		if (outcome.error && !outcome.is_hit) {
			errno = outcome.error;
			end_with("fails, and no allocation did");
		}
		if (!outcome.is_hit) {
			printf("%s: %d allocations failed, one at a time: %d were fatal, "
			       "%d not\n",
				step->name, failures + successes, failures, successes);
			if (silent)
				end_with("failed without a reason");
			if (step->is_undone)
				undo_step(step, true);
			return;
		}
		failures += outcome.error != 0;
		successes += !outcome.error;
		if (outcome.error && step->is_ours && !outcome.is_told) {
			printf("%s: allocation %d: fails without a reason (%s)\n",
				step->name, number, strerror(outcome.error));
			silent++;
		}
		has_text = step->is_writing || number % TEXT_INTERVAL == 0;
		if (outcome.error)
			check_as_before(has_text);
		else
			undo_step(step, has_text);
	}
	end_with("there is no end of allocations");
}

static void read_module(void)
{
	int file = open(module_path, O_RDONLY | O_CLOEXEC);
	struct stat status;

	if (file < 0 || fstat(file, &status))
		end_with(module_path);
	module = malloc(status.st_size);
	if (!module || read(file, module, status.st_size) != status.st_size)
		end_with(module_path);
	close(file);

	const Elf64_Ehdr *header = (const void *)module;
	const Elf64_Shdr *sections = (const void *)(module + header->e_shoff);
	const char *names = module + sections[header->e_shstrndx].sh_offset;

	for (int i = 0; i < header->e_shnum; i++) {
		if (!strcmp(names + sections[i].sh_name, KSPLICE_SECTION_SYMBOLS)) {
			list_offset = sections[i].sh_offset;
			list_size = sections[i].sh_size;
		}
	}
	if (!list_size)
		end_with("no list of symbols");
}

int main(int argc, char **argv)
{
	if (argc < 3 || argc > 4)
		return 2;
	if (argc == 4)
		load_stride = atoi(argv[3]);
	if (load_stride < 1)
		return 2;
	module_path = argv[1];
	id = argv[2];
	setvbuf(stdout, NULL, _IOLBF, 0);
	read_module();
	fail_nth = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fail_nth < 0)
		end_with("/proc/self/fail-nth");
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		run_step(&steps[i]);
	return 0;
}
