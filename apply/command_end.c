// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/command_end.h"

#include <stdio.h>
#include <unistd.h>

#include "apply/change_report.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/message.h"
#include "lib/text.h"

struct error *command_end_need_root(void)
{
	if (!geteuid())
		return NULL;
	return error_hint(error_failed("only root may change the kernel"),
		"run it as root, or with sudo");
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
	if (json && document && report)
		change_report_move(report, document);
	if (json)
		message_print_json(document, error);
	else
		json_release(document);
	int status = message_end(error);
	if (lines.size)
		fputs(lines.data, stderr);
	return message_exit(status);
}
