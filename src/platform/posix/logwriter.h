/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Writes one log line to where the log goes, as far as it can be done without waiting for long: the
 * hand of platform/logsink.h.
 *
 * The standard error is not ours alone: whoever started us has the same open file, so its flags
 * stay as they are (O_NONBLOCK among them), and it is asked with poll(2) first.
 */
#ifndef LP_PLATFORM_POSIX_LOGWRITER_H
#define LP_PLATFORM_POSIX_LOGWRITER_H

#include "base/err.h"
#include "base/log.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lp_logwriter {
	const char *syslog_path;
	atomic_int syslog_fd; /* -1 = not connected */
	bool is_stream;	      /* an old syslog, which is one connection */
	enum lp_log_target target;
	size_t len; /* what is being written */
	size_t at;
	char out[LP_LOG_OUT_LEN];
};

void lp_logwriter_init(struct lp_logwriter *writer, const char *syslog_path);
void lp_logwriter_fini(struct lp_logwriter *writer);

/* Begins a line, to where the log goes now. */
void lp_logwriter_begin(struct lp_logwriter *writer, enum lp_log_level level, uint64_t wall_ns,
			const char *line);

/*
 * Goes on with it for wait_ms at most. LP_ERR_AGAIN: nobody takes it yet, call again or begin
 * another. Else it is written, or cannot be.
 */
enum lp_err lp_logwriter_step(struct lp_logwriter *writer, int wait_ms) LP_MUST_CHECK;

/* Has the log another place meanwhile? */
bool lp_logwriter_is_elsewhere(const struct lp_logwriter *writer);

#endif
