/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/log.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LINE_MAX_LEN LP_LOG_LINE_LEN

/* Enough to see what happens, little enough that a peer cannot fill a disk with it. */
#define LIMIT_BURST	10
#define LIMIT_WINDOW_NS (10 * LP_NS_PER_S)

static const struct {
	const char *name;
	int severity; /* RFC 5424 */
} levels[] = {
	[LP_LOG_ERROR] = {"error", 3},
	[LP_LOG_WARN] = {"warn", 4},
	[LP_LOG_INFO] = {"info", 6},
	[LP_LOG_DEBUG] = {"debug", 7},
};

/* Worker threads write lines too; level and target change on reload only. */
static struct {
	_Atomic enum lp_log_level level;
	_Atomic enum lp_log_target target;
	void (*_Atomic put)(enum lp_log_level level, uint64_t wall_ns, const char *line);
	void (*on_line)(void *user, enum lp_log_level level, const char *line);
	void *user;
} the_log = {.level = LP_LOG_INFO, .target = LP_LOG_STDERR};

void lp_log_open(enum lp_log_level level, enum lp_log_target target)
{
	atomic_store(&the_log.level, level);
	atomic_store(&the_log.target, target);
}

void lp_log_set_sink(void (*put)(enum lp_log_level level, uint64_t wall_ns, const char *line))
{
	atomic_store(&the_log.put, put);
}

enum lp_log_target lp_log_target(void)
{
	return atomic_load(&the_log.target);
}

void lp_log_capture(void (*on_line)(void *user, enum lp_log_level level, const char *line),
		    void *user)
{
	the_log.on_line = on_line;
	the_log.user = user;
}

enum lp_err lp_log_level_parse(const char *text, enum lp_log_level *level)
{
	for (size_t i = 0; i < LP_ARRAY_COUNT(levels); i++) {
		if (strcmp(text, levels[i].name) == 0) {
			*level = (enum lp_log_level)i;
			return LP_OK;
		}
	}
	return LP_ERR_INVALID;
}

const char *lp_log_level_name(enum lp_log_level level)
{
	return (size_t)level < LP_ARRAY_COUNT(levels) ? levels[level].name : "unknown";
}

bool lp_log_has_level(enum lp_log_level level)
{
	return level <= atomic_load_explicit(&the_log.level, memory_order_relaxed);
}

bool lp_log_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	struct stat info;
	uintmax_t device, inode;
	int end = 0;

	return stream != NULL && sscanf(stream, "%ju:%ju%n", &device, &inode, &end) == 2 &&
	       stream[end] == '\0' && fstat(fileno(stderr), &info) == 0 &&
	       (uintmax_t)info.st_dev == device && (uintmax_t)info.st_ino == inode;
}

int lp_log_severity(enum lp_log_level level)
{
	return levels[level].severity;
}

size_t lp_log_format(char out[LP_LOG_OUT_LEN], bool is_journal, enum lp_log_level level,
		     uint64_t wall_ns, const char *line)
{
	struct lp_calendar utc = lp_calendar_utc(wall_ns / LP_NS_PER_S);
	int len;

	if (is_journal) {
		len = snprintf(out, LP_LOG_OUT_LEN, "<%d>%s\n", levels[level].severity, line);
	} else {
		len = snprintf(out, LP_LOG_OUT_LEN, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ %-5s %s\n",
			       utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second,
			       (unsigned int)(wall_ns / LP_NS_PER_MS % 1000), levels[level].name,
			       line);
	}
	return len < 0 ? 0 : LP_MIN((size_t)len, (size_t)LP_LOG_OUT_LEN - 1);
}

/* One call of fwrite a line: stderr is unbuffered, so lines of threads do not mix. */
static void write_stderr(enum lp_log_level level, uint64_t wall_ns, const char *line)
{
	char out[LP_LOG_OUT_LEN];
	size_t len = lp_log_format(out, lp_log_is_journal(), level, wall_ns, line);

	fwrite(out, 1, len, stderr);
}

static void write_line(enum lp_log_level level, char *line)
{
	/* Whatever slipped into it: one event is one line. */
	for (char *c = line; *c != '\0'; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	}
	if (the_log.on_line != NULL) {
		the_log.on_line(the_log.user, level, line);
		return;
	}
	uint64_t wall_ns = lp_clock_read().wall_ns;
	void (*put)(enum lp_log_level, uint64_t, const char *) = atomic_load(&the_log.put);
	if (put != NULL)
		put(level, wall_ns, line);
	else
		write_stderr(level, wall_ns, line);
}

/* "component: message", cut with "..." where it is too long. */
LP_PRINTF(3, 0)
static void format_line(char line[LINE_MAX_LEN], const char *component, const char *format,
			va_list args)
{
	int head = snprintf(line, LINE_MAX_LEN, "%s: ", component);

	if (head < 0 || head >= LINE_MAX_LEN)
		return;
	int body = vsnprintf(line + head, (size_t)(LINE_MAX_LEN - head), format, args);
	if (body >= LINE_MAX_LEN - head)
		memcpy(line + LINE_MAX_LEN - 4, "...", 4);
}

void lp_log_write(enum lp_log_level level, const char *component, const char *format, ...)
{
	char line[LINE_MAX_LEN] = "";
	va_list args;

	if (!lp_log_has_level(level))
		return;
	va_start(args, format);
	format_line(line, component, format, args);
	va_end(args);
	write_line(level, line);
}

bool lp_log_limit_pass(struct lp_log_limit *limit, uint64_t now, uint32_t *suppressed)
{
	*suppressed = 0;
	if (now - limit->window_start_ns >= LIMIT_WINDOW_NS) {
		limit->window_start_ns = now;
		limit->in_window_count = 0;
	}
	if (limit->in_window_count >= (limit->burst > 0 ? limit->burst : LIMIT_BURST)) {
		if (limit->suppressed_count < UINT32_MAX)
			limit->suppressed_count++;
		return false;
	}
	limit->in_window_count++;
	*suppressed = limit->suppressed_count;
	limit->suppressed_count = 0;
	return true;
}

void lp_log_write_limited(struct lp_log_limit *limit, uint64_t now, enum lp_log_level level,
			  const char *component, const char *format, ...)
{
	char line[LINE_MAX_LEN] = "";
	uint32_t suppressed;
	va_list args;

	/* The level first: a line that nobody reads must not use up the limit. */
	if (!lp_log_has_level(level) || !lp_log_limit_pass(limit, now, &suppressed))
		return;
	va_start(args, format);
	format_line(line, component, format, args);
	va_end(args);
	if (suppressed > 0) {
		size_t len = strlen(line);

		snprintf(line + len, sizeof(line) - len, " (%u similar lines suppressed)",
			 (unsigned int)suppressed);
	}
	write_line(level, line);
}

const char *lp_log_printable(const char *text, size_t text_len, char *out, size_t out_len)
{
	static const char hex[] = "0123456789abcdef";
	size_t at = 0;

	if (out_len == 0)
		return "";
	for (size_t i = 0; i < text_len; i++) {
		unsigned char c = (unsigned char)text[i];
		/* The backslash too, so that what is printed has one meaning. */
		bool is_plain = c >= 0x20 && c < 0x7f && c != '\\';
		size_t need = is_plain ? 1 : 4;

		if (need >= out_len - at)
			break;
		if (is_plain) {
			out[at] = (char)c;
		} else {
			out[at] = '\\';
			out[at + 1] = 'x';
			out[at + 2] = hex[c >> 4];
			out[at + 3] = hex[c & 0x0f];
		}
		at += need;
	}
	out[at] = '\0';
	return out;
}
