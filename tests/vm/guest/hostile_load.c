// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hostile_load.c - what is published is stolen, or loaded by somebody else
 *
 *   hostile_load                       lists the cases
 *   hostile_load CASE ID MODULE.ko FOLDER
 *
 * ID and MODULE.ko are an update's, FOLDER has the modules of tests/kmod/hostile. Exit
 * status 1 unless the core refuses with the reason that it must have.
 */
#include "tests/vm/guest/hostile.h"

#include <sys/ioctl.h>
#include <sys/wait.h>

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

/* True, well made, and not the module's: kallsyms is asked about no symbol. */
static int publish_other_list(void)
{
	struct ksplice_symbol *symbols = list_symbols();

	for (__u32 i = 0; i < list_header()->count; i++)
		if (symbols[i].kind == KSPLICE_SYMBOL_OFFSET)
			symbols[i].kallsyms = KSPLICE_NO_KALLSYMS;
	publish_sound();
	return load(&module, "");
}

/* One string more, which nothing refers to. */
static int publish_longer_list(void)
{
	list_header()->strings_size += 8;
	list.size += 8;
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

	rename_module(&altered, module_name, "ksplice_aaaaaaaa");
	publish_sound();
	return load(&altered, "");
}

/* Not named like an update. */
static int load_disguised(void)
{
	struct hostile_bytes altered = copy_bytes(&module);

	rename_module(&altered, module_name, "innocent_module1");
	publish_sound();
	return load(&altered, "");
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

/* As in __versions of a module. */
struct version_entry {
	unsigned long crc;
	char name[56];
};

/* The module then expects that version of a symbol, too. */
static void add_version(struct hostile_bytes *altered, const struct version_entry *added)
{
	struct hostile_bytes found = find_section(altered, "__versions");
	const Elf64_Ehdr *header = (void *)altered->data;
	Elf64_Shdr *sections = (void *)(altered->data + header->e_shoff);

	if (found.size > (32 << 10))
		end_with("__versions is larger than the room that a copy has");
	altered->size = (altered->size + 63) & ~63ul;
	memcpy(altered->data + altered->size, found.data, found.size);
	memcpy(altered->data + altered->size + found.size, added, sizeof(*added));
	for (int i = 0; i < header->e_shnum; i++)
		if (altered->data + sections[i].sh_offset == found.data &&
			sections[i].sh_size == found.size) {
			sections[i].sh_offset = altered->size;
			sections[i].sh_size += sizeof(*added);
		}
	altered->size += found.size + sizeof(*added);
}

/* Another module exports a symbol of the update's, and is asked before the core. */
static int hijack_symbol(void)
{
	static const char long_name[] =
		"hostile_test_export_whose_name_is_so_long_that_any_"
		"other_fits____________";
	struct hostile_bytes exporter = read_helper("exporter.ko");
	struct hostile_bytes altered = copy_bytes(&module);
	const struct ksplice_symbol *symbols = list_symbols();
	const char *strings = list_strings();
	struct hostile_bytes names = find_section(&exporter, "__ksymtab_strings");
	struct hostile_bytes crcs = find_section(&exporter, "__kcrctab_gpl");
	char *place = memmem(names.data, names.size, long_name, strlen(long_name));
	struct version_entry version = {.crc = ((unsigned int *)crcs.data)[1]};
	int number;

	while (symbols->kind != KSPLICE_SYMBOL_OFFSET)
		symbols++;
	if (!place)
		end_with(long_name);
	/* Its table of exports stays sorted: h and then v. */
	strcpy(place, strings + symbols->name);
	strncpy(version.name, strings + symbols->name, sizeof(version.name) - 1);
	add_version(&altered, &version);
	unload("exporter");
	errno = load(&exporter, "");
	if (errno)
		end_with("exporter.ko");
	publish_sound();
	number = load(&altered, "");
	unload("exporter");
	return number;
}

/* After a load that was sound, the list is gone. */
static int load_again(void)
{
	struct hostile_bytes altered = copy_bytes(&module);

	publish_sound();
	errno = load(&module, "");
	if (errno)
		end_with("the sound update is refused");
	rename_module(&altered, module_name, "ksplice_aaaaaaaa");
	int number = load(&altered, "");
	errno = unload(module_name);
	if (errno)
		end_with(module_name);
	return number;
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
	{"publish-twice", publish_twice, EBUSY, "another one is published"},
	{"publish-by-two", publish_by_two, EBUSY, "has published one, for a load that"},
	{"publish-in-child", publish_in_child, EPERM, "that another process opened"},
	{"read-in-child", read_in_child, EPERM, "that another process opened"},
	{"load-in-child", load_in_child, EPERM, "this load is not that process's"},
	{"load-orphaned", use_orphaned_file, ENOENT, "Unknown symbol"},
	{"load-other-own-list", change_own_list, EINVAL,
		"its symbol list is not the one that was published", .alters = true},
	{"load-other-published-list", publish_other_list, EINVAL,
		"its symbol list is not the one that was published"},
	{"load-longer-published-list", publish_longer_list, EINVAL,
		"its symbol list is not the one that was published"},
	{"load-without-header", load_without_header, ENOEXEC, "contains no update, but",
		.alters = true},
	{"load-endless-list", load_endless_list, ENOEXEC,
		"its symbol list is not in its memory", .alters = true},
	{"load-not-gpl", load_not_gpl, EPERM, "licence is not compatible with the GPL",
		.alters = true},
	{"load-renamed", load_renamed, ENOEXEC, "its name does not agree with its id",
		.alters = true},
	{"load-disguised", load_disguised, ENOEXEC, "its name does not agree with its id",
		.alters = true},
	{"load-thief", load_thief, ENOEXEC,
		"thief: contains no update, but uses symbols of ksplice.ko"},
	{"load-impostor", load_impostor, ENOEXEC,
		"ksplice_impostor: contains no update, but has the name of one"},
	{"load-impostor-published", load_impostor_published, ENOEXEC,
		"ksplice_impostor: contains no update, but has the name of one"},
	{"load-hijacked", hijack_symbol, EPERM, "took a symbol from module exporter",
		.needs_unsigned = true},
	{"load-again", load_again, ENOENT, "Unknown symbol", .alters = true},
};

int main(int argc, char **argv)
{
	if (argc == 5)
		read_update(argv[2], argv[3], argv[4]);
	return run_client(
		cases, sizeof(cases) / sizeof(cases[0]), argc == 5 ? argv[1] : NULL);
}
