/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * error.h - errors as values
 *
 * A function that can fail returns struct error *: NULL if it succeeded, else an error,
 * which the caller owns. After an error its outputs are unchanged. Library code neither
 * prints nor exits; only a command's main decides what the user sees.
 */
#ifndef KSPLICE_LIB_ERROR_H
#define KSPLICE_LIB_ERROR_H

struct error;

/* The value is also the exit code of a command that ends with this error. */
enum error_kind {
	ERROR_FAILED = 1,    /* it did not work: a file, a tool, memory */
	ERROR_REFUSED = 2,   /* it works, and the answer is no, for a named reason */
	ERROR_NO_CHANGE = 3, /* there is nothing to do */
	ERROR_BUSY = 4,      /* something was in the way for now: try again */
};

/* It did not work. The text is "object: problem", without a newline. */
struct error *error_failed(const char *format, ...)
	__attribute__((format(printf, 1, 2), warn_unused_result));

/* As error_failed, followed by ": " and the text for errno. */
struct error *error_errno(const char *format, ...)
	__attribute__((format(printf, 1, 2), warn_unused_result));

/*
 * The answer is no. reason is a short constant name for programs to read, such as
 * "init-function"; it is kept by reference.
 */
struct error *error_refused(const char *reason, const char *format, ...)
	__attribute__((format(printf, 2, 3), warn_unused_result));

struct error *error_no_change(const char *format, ...)
	__attribute__((format(printf, 1, 2), warn_unused_result));

/* As error_refused, but a later attempt may succeed. */
struct error *error_busy(const char *reason, const char *format, ...)
	__attribute__((format(printf, 2, 3), warn_unused_result));

/* The command line is wrong. Its reason is "usage". */
struct error *error_usage(const char *format, ...)
	__attribute__((format(printf, 1, 2), warn_unused_result));

/* A signal ended the work before it was done. Its reason is "interrupted". */
struct error *error_interrupted(const char *format, ...)
	__attribute__((format(printf, 1, 2), warn_unused_result));

/* Adds what the user can do about it (replaces an earlier hint). Returns error. */
struct error *error_hint(struct error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3), warn_unused_result));

/* Puts "text: " in front of the message. Returns error. */
struct error *error_prefix(struct error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3), warn_unused_result));

enum error_kind error_get_kind(const struct error *error);
/* NULL if it has none; each refusal has one. */
const char *error_get_reason(const struct error *error);
const char *error_get_text(const struct error *error);
/* NULL if there is none. */
const char *error_get_hint(const struct error *error);

/* NULL is fine. */
void error_free(struct error *error);

static inline void cleanup_error(struct error **error)
{
	error_free(*error);
}
#define scope_error __attribute__((cleanup(cleanup_error)))

/* Returns from the calling function if the expression is an error. */
#define try(expression)                                                                  \
	do {                                                                             \
		struct error *error_ = (expression);                                     \
		if (error_)                                                              \
			return error_;                                                   \
	} while (0)

#endif
