/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * call_log.h - a line about each call, in the file that KSPLICE_LOG names
 *
 *     TIME <tab> PID <tab> DECISION <tab> OBJECT <tab> WHY <tab> FOLDER <tab> COMMAND
 *
 * It is added in one write, so that compiles that run at the same time do not mix their
 * lines.
 * ksplice-cc(1) describes the fields.
 */
#ifndef KSPLICE_CCWRAP_CALL_LOG_H
#define KSPLICE_CCWRAP_CALL_LOG_H

enum call_decision {
	CALL_PASSED,      /* to the compiler, unchanged */
	CALL_RECORDED,    /* the object has a record */
	CALL_UNRECORDED,  /* it should have one; why is a reason of record_reason.h */
	CALL_FAILED,      /* the compiler made no object */
	CALL_INTERRUPTED, /* a signal came before the record was written */
};

/* The command of this call; the arguments must stay. */
void call_log_start(int argc, char **argv);

/* object: its path, or NULL. why: for people, or the name of a reason. */
void call_log_add(enum call_decision decision, const char *object, const char *why);

#endif
