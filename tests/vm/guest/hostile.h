/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hostile.h - what the hostile clients of /dev/ksplice have in common
 *
 * A client has the module of a sound update, and tells the core lies about it, one per
 * case. A case gives the errno with which its lie was refused, 0 if it was believed. The
 * reason has to be in the kernel's log.
 */
#ifndef KSPLICE_TESTS_HOSTILE_H
#define KSPLICE_TESTS_HOSTILE_H

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi/control.h"
#include "abi/update.h"

#define DEVICE "/dev/" KSPLICE_DEVICE_NAME

struct hostile_bytes {
	char *data;
	size_t size;
};

struct hostile_case {
	const char *name;
	int (*run)(void);
	int expected;       /* errno */
	const char *reason; /* in the kernel's log; NULL: errno is all */
	/* The case alters a module: where the kernel wants signatures, it is refused for
	 * that, by EKEYREJECTED. */
	bool alters;
	/* The case alters a module and goes on from there, so that it makes no sense
	 * where the kernel wants signatures. */
	bool needs_unsigned;
};

/* In the environment: the kernel wants signatures, and all modules given have them. */
#define HOSTILE_ENV_SIGNED "HOSTILE_SIGNED"

static inline bool is_signed(void)
{
	return getenv(HOSTILE_ENV_SIGNED) != NULL;
}

static inline void end_with(const char *problem)
{
	fprintf(stderr, "hostile client: %s: %s\n", problem, strerror(errno));
	exit(2);
}

static inline struct hostile_bytes copy_bytes(const struct hostile_bytes *bytes)
{
	/* Room for what a case may add. */
	struct hostile_bytes copy = {calloc(1, bytes->size + (64 << 10)), bytes->size};

	if (!copy.data)
		end_with("no memory");
	memcpy(copy.data, bytes->data, bytes->size);
	return copy;
}

static inline struct hostile_bytes read_file(const char *path)
{
	struct hostile_bytes bytes = {malloc(32 << 20), 0};
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size;

	if (file < 0 || !bytes.data)
		end_with(path);
	while ((size = read(file, bytes.data + bytes.size, (32 << 20) - bytes.size)) > 0)
		bytes.size += size;
	close(file);
	return bytes;
}

/* A section's bytes, in the module's. */
static inline struct hostile_bytes find_section(
	const struct hostile_bytes *module, const char *wanted)
{
	const Elf64_Ehdr *header = (void *)module->data;
	const Elf64_Shdr *sections = (void *)(module->data + header->e_shoff);
	const char *names = module->data + sections[header->e_shstrndx].sh_offset;

	for (int i = 0; i < header->e_shnum; i++)
		if (!strcmp(names + sections[i].sh_name, wanted))
			return (struct hostile_bytes){
				module->data + sections[i].sh_offset,
				sections[i].sh_size};
	end_with(wanted);
	return (struct hostile_bytes){0};
}

/* Puts other text of the same length in the place of each occurrence in a section. */
static inline void replace_text(const struct hostile_bytes *module, const char *section,
	const char *old, const char *new)
{
	struct hostile_bytes found = find_section(module, section);
	size_t size = strlen(old);
	int count = 0;

	if (strlen(new) != size)
		end_with("the texts differ in length");
	for (size_t i = 0; i + size <= found.size; i++)
		if (!memcmp(found.data + i, old, size)) {
			memcpy(found.data + i, new, size);
			count++;
		}
	if (!count)
		end_with(old);
}

/* Gives the module another name of the same length. */
static inline void rename_module(
	const struct hostile_bytes *module, const char *old, const char *new)
{
	replace_text(module, ".gnu.linkonce.this_module", old, new);
	replace_text(module, ".modinfo", old, new);
}

static inline int open_device(void)
{
	int device = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (device < 0)
		end_with(DEVICE);
	return device;
}

/* 0 or an errno. */
static inline int publish(int device, const struct hostile_bytes *list)
{
	return write(device, list->data, list->size) < 0 ? errno : 0;
}

static inline int load(const struct hostile_bytes *module, const char *arguments)
{
	return syscall(SYS_init_module, module->data, module->size, arguments) ? errno
									       : 0;
}

static inline int unload(const char *name)
{
	for (int i = 0; i < 100; i++) {
		if (!syscall(SYS_delete_module, name, O_NONBLOCK))
			return 0;
		if (errno != EAGAIN && errno != EBUSY)
			return errno;
		usleep(20000);
	}
	return errno;
}

/* The new lines of the kernel's log, from a /dev/kmsg that was at its end before. */
static inline char *read_log(int log)
{
	static char lines[256 << 10];
	size_t size = 0;
	ssize_t added;

	while (size < sizeof(lines) - 1) {
		added = read(log, lines + size, sizeof(lines) - 1 - size);
		if (added < 0 && errno == EPIPE)
			continue;
		if (added <= 0)
			break;
		size += added;
	}
	lines[size] = '\0';
	return lines;
}

/* Runs one case: prints "name: " and what was answered. False if that is not what is
 * expected. */
static inline bool run_case(const struct hostile_case *hostile)
{
	bool is_key = hostile->alters && is_signed();
	int expected = is_key ? EKEYREJECTED : hostile->expected;
	const char *reason = is_key || !hostile->reason ? "" : hostile->reason;
	int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	const char *lines;
	int number;

	if (log < 0)
		end_with("/dev/kmsg");
	lseek(log, 0, SEEK_END);
	number = hostile->run();
	lines = read_log(log);
	close(log);
	if (number == expected && strstr(lines, reason)) {
		printf("%s: %s%s%s\n", hostile->name, number ? strerror(number) : "done",
			*reason ? ": " : "", reason);
		fflush(stdout);
		return true;
	}
	printf("%s: %s instead of %s, \"%s\" %s in the log:\n%s", hostile->name,
		number ? strerror(number) : "believed", strerror(expected), reason,
		strstr(lines, reason) ? "is" : "is not", lines);
	return false;
}

/* main of a client: without a case, lists them; else runs it. */
static inline int run_client(
	const struct hostile_case *cases, size_t count, const char *wanted)
{
	for (size_t i = 0; i < count; i++) {
		if (!wanted && !(cases[i].needs_unsigned && is_signed()))
			puts(cases[i].name);
		else if (!wanted)
			continue;
		else if (!strcmp(cases[i].name, wanted))
			return !run_case(&cases[i]);
	}
	return wanted ? 2 : 0;
}

/* ---- the update that a client lies about ------------------------------------------ */

static char module_name[64];              /* of the update's module */
static struct hostile_bytes module, list; /* the list is a copy */
static const char *id, *folder; /* of the update; with the modules of the test */
static int device = -1;         /* the last that was opened */

static inline void read_update(
	const char *update_id, const char *module_path, const char *modules)
{
	struct hostile_bytes found;

	id = update_id;
	folder = modules;
	snprintf(module_name, sizeof(module_name), KSPLICE_MODULE_PREFIX "%s", id);
	module = read_file(module_path);
	found = find_section(&module, KSPLICE_SECTION_SYMBOLS);
	list = copy_bytes(&found);
}

static inline void publish_sound(void)
{
	device = open_device();
	errno = publish(device, &list);
	if (errno)
		end_with("the sound list is refused");
}

static inline struct ksplice_symbol_list *list_header(void)
{
	return (void *)list.data;
}

static inline struct ksplice_symbol *list_symbols(void)
{
	struct ksplice_target *targets = (void *)(list_header() + 1);

	return (void *)(targets + list_header()->target_count);
}

static inline char *list_strings(void)
{
	return (void *)(list_symbols() + list_header()->count);
}

static inline struct hostile_bytes read_helper(const char *file)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	return read_file(path);
}

#endif
