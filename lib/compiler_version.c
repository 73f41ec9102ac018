// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/compiler_version.h"

#include <stdlib.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/process.h"
#include "lib/text.h"

int compiler_version_ask(const char *compiler)
{
	const char *const arguments[] = {compiler, "-dumpversion", NULL};
	scope_text struct text said = {0};
	scope_text struct text errors = {0};
	struct process_request request = {
		.arguments = arguments, .output = &said, .errors = &errors};
	int status;
	scope_error struct error *error = process_run(&request, &status);
	return error || status || !said.size ? 0 : atoi(said.data);
}
