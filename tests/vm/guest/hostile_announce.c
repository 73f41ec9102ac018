// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hostile_announce.c - updates are announced that are none, or others than those that
 * come
 *
 *   hostile_announce                       lists the cases
 *   hostile_announce CASE ID MODULE.ko FOLDER
 *
 * As hostile_load. A case leaves no update behind.
 */
#include "tests/vm/guest/hostile.h"

#include <sys/ioctl.h>

/* A module that is never loaded. */
static struct ksplice_target absent = {
	.name = "ksplice_test_absent",
	.kind = KSPLICE_TARGET_MODULE,
	.build_id_size = 20,
	.build_id = {1, 2, 3},
};

static int ask(const struct ksplice_control_announce *request)
{
	device = open_device();
	return ioctl(device, KSPLICE_IOCTL_ANNOUNCE, request) ? errno : 0;
}

static int announce(
	const char *update_id, const struct ksplice_target *parts, __u32 count)
{
	struct ksplice_control_announce request = {
		.parts = (unsigned long)parts, .part_count = count};

	memcpy(request.id, update_id, strnlen(update_id, sizeof(request.id)));
	return ask(&request);
}

static void announce_sound(void)
{
	errno = announce(id, &absent, 1);
	if (errno)
		end_with("the sound announcement is refused");
}

static int change(__u32 verb, __u32 options)
{
	struct ksplice_control_change request = {.verb = verb, .options = options};

	memcpy(request.id, id, strnlen(id, sizeof(request.id)));
	return ioctl(device, KSPLICE_IOCTL_CHANGE, &request) ? errno : 0;
}

static void change_sound(__u32 verb)
{
	errno = change(verb, 0);
	if (errno)
		end_with("a sound change is refused");
}

/* Gives the number, when the update is forgotten. */
static int forget(int number)
{
	change_sound(KSPLICE_CONTROL_FORGET);
	return number;
}

static int announce_unprivileged(void)
{
	struct ksplice_control_announce request = {
		.id = "abcdefgh", .parts = (unsigned long)&absent, .part_count = 1};

	device = open_device();
	if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
		end_with("setresuid");
	return ioctl(device, KSPLICE_IOCTL_ANNOUNCE, &request) ? errno : 0;
}

static int use_no_id(void)
{
	return announce("", &absent, 1);
}

/* The name of one of the core's own files. */
static int use_short_id(void)
{
	return announce("version", &absent, 1);
}

static int use_damaged_id(void)
{
	return announce("abc/efgh", &absent, 1);
}

static int use_endless_id(void)
{
	return announce("aaaaaaaaaaaaaaaaaaaa", &absent, 1);
}

static int use_no_part(void)
{
	return announce("abcdefgh", &absent, 0);
}

static int use_many_parts(void)
{
	return announce("abcdefgh", &absent, 1u << 31);
}

static int use_no_memory(void)
{
	return announce("abcdefgh", (void *)-4096ul, 1);
}

static int use_reserved(void)
{
	return ask(&(struct ksplice_control_announce){.id = "abcdefgh",
		.parts = (unsigned long)&absent,
		.part_count = 1,
		.reserved = 1});
}

static int use_endless_name(void)
{
	struct ksplice_target part = absent;

	memset(part.name, 'a', sizeof(part.name));
	return announce("abcdefgh", &part, 1);
}

static int use_unknown_flags(void)
{
	struct ksplice_target part = absent;

	part.flags = 4;
	return announce("abcdefgh", &part, 1);
}

static int use_repeated_part(void)
{
	const struct ksplice_target parts[] = {absent, absent};

	return announce("abcdefgh", parts, 2);
}

static int announce_twice(void)
{
	announce_sound();
	return forget(announce(id, &absent, 1));
}

static struct ksplice_target make_image(void)
{
	struct ksplice_target image = absent;

	image.kind = KSPLICE_TARGET_IMAGE;
	memset(image.name, 0, sizeof(image.name));
	strcpy(image.name, KSPLICE_TARGET_VMLINUX);
	return image;
}

/* The kernel image is there, so nothing is to be waited for. */
static int apply_with_options(__u32 options)
{
	struct ksplice_target image = make_image();

	errno = announce(id, &image, 1);
	if (errno)
		end_with("the sound announcement is refused");
	return forget(change(KSPLICE_CONTROL_APPLY, options));
}

static int apply_without_part(void)
{
	return apply_with_options(0);
}

static int apply_without_part_partially(void)
{
	return apply_with_options(KSPLICE_CONTROL_PARTIAL);
}

static int load_other_parts(void)
{
	announce_sound();
	publish_sound();
	return forget(load(&module, ""));
}

static int reverse_unapplied(void)
{
	announce_sound();
	return forget(change(KSPLICE_CONTROL_REVERSE, 0));
}

static int forget_unknown(void)
{
	device = open_device();
	return change(KSPLICE_CONTROL_FORGET, 0);
}

static int forget_with_option(void)
{
	announce_sound();
	return forget(change(KSPLICE_CONTROL_FORGET, KSPLICE_CONTROL_FULL_SCAN));
}

static int forget_applied(void)
{
	int number;

	announce_sound();
	change_sound(KSPLICE_CONTROL_APPLY);
	number = change(KSPLICE_CONTROL_FORGET, 0);
	change_sound(KSPLICE_CONTROL_REVERSE);
	return forget(number);
}

static int forget_loaded(void)
{
	int number;

	publish_sound();
	errno = load(&module, "");
	if (errno)
		end_with("the sound update is refused");
	number = change(KSPLICE_CONTROL_FORGET, 0);
	errno = unload(module_name);
	if (errno)
		end_with(module_name);
	return number;
}

static const struct hostile_case cases[] = {
	{"announce-unprivileged", announce_unprivileged, EPERM, NULL},
	{"announce-no-id", use_no_id, EINVAL, "whose id is damaged"},
	{"announce-short-id", use_short_id, EINVAL, "whose id is damaged"},
	{"announce-damaged-id", use_damaged_id, EINVAL, "whose id is damaged"},
	{"announce-endless-id", use_endless_id, EINVAL, "whose id is damaged"},
	{"announce-no-part", use_no_part, EINVAL, "the request is damaged"},
	{"announce-many-parts", use_many_parts, EINVAL, "the request is damaged"},
	{"announce-no-memory", use_no_memory, EFAULT, "the kernel says -EFAULT"},
	{"announce-reserved", use_reserved, EINVAL, "the request is damaged"},
	{"announce-endless-name", use_endless_name, ENOEXEC, "target 0 is damaged"},
	{"announce-unknown-flags", use_unknown_flags, ENOEXEC, "the unknown flags 0x4"},
	{"announce-repeated-part", use_repeated_part, ENOEXEC,
		"has the target ksplice_test_absent twice"},
	{"announce-twice", announce_twice, EEXIST, "is loaded already"},
	{"announce-apply-loaded", apply_without_part, ENXIO,
		"its target vmlinux is loaded, and the part for it is not"},
	{"announce-apply-loaded-partially", apply_without_part_partially, ENXIO,
		"its target vmlinux is loaded, and the part for it is not"},
	{"announce-other-parts", load_other_parts, EEXIST,
		"has other parts than the update of its id"},
	{"announce-reverse-unapplied", reverse_unapplied, EALREADY, NULL},
	{"forget-unknown", forget_unknown, ENOENT, "no such update is loaded"},
	{"forget-option", forget_with_option, EOPNOTSUPP, "know the options 0x1"},
	{"forget-applied", forget_applied, EBUSY,
		"is applied, or a part of it is loaded"},
	{"forget-loaded", forget_loaded, EBUSY, "is applied, or a part of it is loaded"},
};

int main(int argc, char **argv)
{
	const char *wanted = argc == 5 ? argv[1] : NULL;

	if (wanted)
		read_update(argv[2], argv[3], argv[4]);
	return run_client(cases, sizeof(cases) / sizeof(*cases), wanted);
}
