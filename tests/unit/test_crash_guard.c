// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/crash_guard.h"

#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/json.h"
#include "tests/unit/unit_test.h"

static char boot_one[] = "11111111-0000";
static char boot_two[] = "22222222-0000";

static enum crash_guard_kind read_kind(const struct crash_guard *guard, const char *id)
{
	scope_verdict struct crash_guard_verdict verdict = {0};
	struct error *error = crash_guard_read(guard, id, &verdict);
	UNIT_CHECK(!error);
	error_free(error);
	return verdict.kind;
}

/* What is confirmed, as one text; *left as crash_guard_confirm gives it. */
static char *confirm(const struct crash_guard *guard, bool at_once, double *left)
{
	scope_json struct json_t *done = json_make_array();
	struct error *error = crash_guard_confirm(guard, at_once, done, left);
	UNIT_CHECK(!error);
	error_free(error);
	return json_to_text(done);
}

static void test_life(struct crash_guard *guard)
{
	double left = -1;

	UNIT_CHECK(read_kind(guard, "first") == CRASH_GUARD_FREE);
	scope_free char *none = confirm(guard, true, &left);
	UNIT_CHECK_TEXT(none, "[]\n");
	UNIT_CHECK(left == 0);

	UNIT_CHECK(!crash_guard_begin(guard, "first"));
	UNIT_CHECK(read_kind(guard, "first") == CRASH_GUARD_TRIAL);
	UNIT_CHECK(read_kind(guard, "other") == CRASH_GUARD_FREE);

	/* before its minute is over, and after it */
	guard->uptime += CRASH_GUARD_SECONDS - 2;
	UNIT_CHECK(!crash_guard_begin(guard, "second"));
	scope_free char *early = confirm(guard, false, &left);
	UNIT_CHECK_TEXT(early, "[]\n");
	UNIT_CHECK(left > 1 && left <= 2);
	guard->uptime += 2;
	scope_free char *later = confirm(guard, false, &left);
	UNIT_CHECK_TEXT(later, "[\n  \"first\"\n]\n");
	UNIT_CHECK(left > 2 && left < CRASH_GUARD_SECONDS);
	UNIT_CHECK(read_kind(guard, "first") == CRASH_GUARD_FREE);
	UNIT_CHECK(read_kind(guard, "second") == CRASH_GUARD_TRIAL);

	/* a clean shutdown does not wait */
	scope_free char *at_once = confirm(guard, true, &left);
	UNIT_CHECK_TEXT(at_once, "[\n  \"second\"\n]\n");
	UNIT_CHECK(left == 0);
	UNIT_CHECK(!crash_guard_end(guard, "second"));
}

static void test_next_boot(struct crash_guard *guard)
{
	scope_verdict struct crash_guard_verdict verdict = {0};
	double left = -1;

	UNIT_CHECK(!crash_guard_begin(guard, "third"));
	guard->boot = boot_two;
	UNIT_CHECK(!crash_guard_read(guard, "third", &verdict));
	UNIT_CHECK(verdict.kind == CRASH_GUARD_BLOCKED);
	UNIT_CHECK(verdict.since && strstr(verdict.since, "T"));

	/* however long this boot lasts, and however it ends */
	guard->uptime += 10 * CRASH_GUARD_SECONDS;
	scope_free char *waited = confirm(guard, false, &left);
	UNIT_CHECK_TEXT(waited, "[]\n");
	UNIT_CHECK(left == 0);
	scope_free char *at_once = confirm(guard, true, &left);
	UNIT_CHECK_TEXT(at_once, "[]\n");
	UNIT_CHECK(read_kind(guard, "third") == CRASH_GUARD_BLOCKED);
	UNIT_CHECK(!crash_guard_end(guard, "third"));
	UNIT_CHECK(read_kind(guard, "third") == CRASH_GUARD_FREE);
}

/* Nobody knows what happened: that is no reason to apply it. */
static void test_damaged(const struct crash_guard *guard)
{
	static const char *const contents[] = {"", "{", "[]", "{\"boot\": 3}"};
	scope_free char *path = file_join(guard->folder, "fourth");

	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
		UNIT_CHECK(!file_write(path, contents[i], strlen(contents[i])));
		UNIT_CHECK(read_kind(guard, "fourth") == CRASH_GUARD_BLOCKED);
	}
	UNIT_CHECK(!crash_guard_end(guard, "fourth"));
}

int main(void)
{
	scope_free char *folder = NULL;

	UNIT_CHECK(!file_make_temporary("test_crash_guard", &folder));
	scope_free char *trial = file_join(folder, "trial");
	struct crash_guard guard = {trial, boot_one, 1000};
	test_life(&guard);
	test_next_boot(&guard);
	test_damaged(&guard);

	/* A folder that cannot be made: the update must not be applied. */
	scope_free char *file = file_join(folder, "file");
	scope_free char *below = file_join(file, "trial");
	UNIT_CHECK(!file_write(file, "", 0));
	guard.folder = below;
	unit_check_error(crash_guard_begin(&guard, "fifth"), "fifth: the guard against",
		__FILE__, __LINE__);

	struct crash_guard running = {0};
	UNIT_CHECK(!crash_guard_init(&running, folder));
	UNIT_CHECK(strlen(running.boot) == 36);
	UNIT_CHECK(running.uptime > 0);
	crash_guard_deinit(&running);
	error_free(file_remove(folder));
	return unit_end();
}
