// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/command_end.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "apply/change_report.h"
#include "apply/state_change.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/message.h"
#include "lib/text.h"

struct error *command_end_need_root(void)
{
	if (!geteuid())
		return NULL;
	return error_hint(error_failed("only root may change the kernel"), "use sudo");
}

static bool command_end_is_busy(const struct error *error)
{
	const char *reason = error_get_reason(error);
	return reason && !strcmp(reason, STATE_CHANGE_BUSY);
}

static const char *command_end_name_result(const struct error *error)
{
	static const char *const results[] = {
		[ERROR_FAILED] = "error",
		[ERROR_REFUSED] = "refused",
		[ERROR_NO_CHANGE] = "no-change",
	};
	return command_end_is_busy(error) ? "busy" : results[error_get_kind(error)];
}

static void command_end_print(
	const struct error *error, struct json_t *document, struct change_report *report)
{
	if (error) {
		json_put_text(document, "result", command_end_name_result(error));
		json_put_text(document, "reason", error_get_reason(error));
		json_put_text(document, "message", error_get_text(error));
		json_put_text(document, "hint", error_get_hint(error));
	}
	if (report)
		change_report_move(report, document);
	scope_free char *text = json_to_text(document);
	fputs(text, stdout);
}

int command_end(struct error *error, bool json, struct json_t *document,
	struct change_report *report)
{
	scope_text struct text lines = {0};

	if (error && report) {
		change_report_format_conflicts(report, &lines);
		change_report_format_notes(report, &lines);
	}
	if (json && error && !document)
		document = json_make_object();
	if (json && document)
		command_end_print(error, document, report);
	json_release(document);
	bool is_busy = error && command_end_is_busy(error);
	int status = message_end(error);
	if (lines.size)
		fputs(lines.data, stderr);
	return is_busy ? COMMAND_BUSY : status;
}
