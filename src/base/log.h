/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The log: one line an event, component first, subject first, lower case, no full stop.
 *
 *   lp_info("relay", "peer %u (%s, %s) joined room \"%s\"", …);
 *
 * error = a person must act, warn = degraded, info = a state change, debug = the rest.
 * Never a secret, never a payload; bytes of a peer go through lp_log_printable(). The log is the
 * one writable global of the program.
 */
#ifndef LP_BASE_LOG_H
#define LP_BASE_LOG_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lp_log_level { LP_LOG_ERROR, LP_LOG_WARN, LP_LOG_INFO, LP_LOG_DEBUG };

/* Where lines go. */
enum lp_log_target { LP_LOG_STDERR, LP_LOG_SYSLOG };

/* The longest line, with a NUL behind it; and what a target puts around it. */
#define LP_LOG_LINE_LEN 1024
#define LP_LOG_OUT_LEN	(LP_LOG_LINE_LEN + 64)

/* Chooses level and target; may be called again (reload). Before the first call: info, stderr. */
void lp_log_open(enum lp_log_level level, enum lp_log_target target);

/* Takes over all lines instead of the target, for tests and the simulator; NULL gives them back. */
void lp_log_capture(void (*on_line)(void *user, enum lp_log_level level, const char *line),
		    void *user);

/*
 * Who writes the lines from now on (platform/logsink.h); NULL = each is written to the standard
 * error at once by who logs it, and waits for whoever reads there. Called from any thread.
 */
void lp_log_set_sink(void (*put)(enum lp_log_level level, uint64_t wall_ns, const char *line));

enum lp_log_target lp_log_target(void);

/*
 * Is the standard error the journal's? JOURNAL_STREAM says so, to whoever inherits it: it holds
 * where the device and inode in it are those of our own standard error, systemd.exec(5).
 */
bool lp_log_is_journal(void);

/* RFC 5424. */
int lp_log_severity(enum lp_log_level level);

/*
 * The line as the standard error gets it, with a newline, into out. The journal has a time of its
 * own and reads the level from a prefix, sd-daemon(3). Returns the length.
 */
size_t lp_log_format(char out[LP_LOG_OUT_LEN], bool is_journal, enum lp_log_level level,
		     uint64_t wall_ns, const char *line);

/* "error", "warn", "info", "debug" -> level. */
enum lp_err lp_log_level_parse(const char *text, enum lp_log_level *level) LP_MUST_CHECK;
const char *lp_log_level_name(enum lp_log_level level);

bool lp_log_has_level(enum lp_log_level level);

void lp_log_write(enum lp_log_level level, const char *component, const char *format, ...)
	LP_PRINTF(3, 4);

#define lp_error(component, ...) lp_log_write(LP_LOG_ERROR, component, __VA_ARGS__)
#define lp_warn(component, ...)	 lp_log_write(LP_LOG_WARN, component, __VA_ARGS__)
#define lp_info(component, ...)	 lp_log_write(LP_LOG_INFO, component, __VA_ARGS__)
#define lp_debug(component, ...)                                                                   \
	do {                                                                                       \
		if (lp_log_has_level(LP_LOG_DEBUG))                                                \
			lp_log_write(LP_LOG_DEBUG, component, __VA_ARGS__);                        \
	} while (0)

/*
 * A limit on one kind of line that a peer can cause: ten lines in 10 s, or `burst`, then silence;
 * the first line after the silence carries how many were suppressed. Zero-initialised is ready to
 * use.
 */
struct lp_log_limit {
	uint32_t burst; /* 0 = ten */
	uint64_t window_start_ns;
	uint32_t in_window_count;
	uint32_t suppressed_count;
};

/*
 * True when a line may be written at `now` (monotonic, ns). *suppressed gets the number of lines
 * that were swallowed before this one (usually 0).
 */
bool lp_log_limit_pass(struct lp_log_limit *limit, uint64_t now, uint32_t *suppressed);

/* Writes if the limit lets it pass, with ` (N similar lines suppressed)` behind where N > 0. */
void lp_log_write_limited(struct lp_log_limit *limit, uint64_t now, enum lp_log_level level,
			  const char *component, const char *format, ...) LP_PRINTF(5, 6);

/* Copies text into out[out_len], control and non-ASCII bytes as \xNN, terminated. Returns out. */
const char *lp_log_printable(const char *text, size_t text_len, char *out, size_t out_len);

#endif
