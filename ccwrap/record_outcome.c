// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/record_outcome.h"

#include <string.h>
#include <sys/wait.h>

#include "abi/record.h"
#include "ccwrap/build_warning.h"
#include "ccwrap/call_log.h"
#include "ccwrap/record_path.h"
#include "ccwrap/record_write.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/memory.h"
#include "lib/process.h"

void record_outcome_refuse(const struct record_path *path, const char *reason)
{
	scope_error struct error *error = record_write_reason(path, reason);
	const char *stuck = error ? record_forget(path) : NULL;
	reason = stuck ? stuck : reason;
	call_log_add(CALL_UNRECORDED, path->object, reason);
	build_warning_give(path->object, reason);
}

void record_outcome_end(
	const struct record_path *path, const char *reason, const char *origin)
{
	if (process_interruption())
		call_log_add(CALL_INTERRUPTED, path->object, "by a signal");
	else if (!reason)
		call_log_add(CALL_RECORDED, path->object, origin);
	else if (strcmp(reason, KSPLICE_UNIT_NOT_C) == 0)
		call_log_add(CALL_PASSED, path->object, "not compiled as C");
	else
		record_outcome_refuse(path, reason);
}

void record_outcome_fail(const struct record_path *path, int status)
{
	scope_free char *why =
		memory_format(WIFSIGNALED(status) ? "the compiler was ended by signal %d"
						  : "the compiler's exit status is %d",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	call_log_add(CALL_FAILED, path->object, why);
}
