// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/command_end.h"

#include <stdio.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/message.h"

struct error *command_end_need_root(void)
{
	if (!geteuid())
		return NULL;
	return error_hint(error_failed("only root may change the kernel"), "use sudo");
}

void command_end_print_json(struct json_t *document)
{
	scope_free char *text = json_to_text(document);
	fputs(text, stdout);
	json_release(document);
}

void command_end_print_failure(const struct error *error, struct json_t *conflicts)
{
	struct json_t *document = message_describe(error);
	if (conflicts)
		json_put(document, "conflicts", conflicts);
	command_end_print_json(document);
}
