/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/posix/logwriter.h"

#include "base/clock.h"
#include "base/mem.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_MS 10 /* where poll says that there is room, and there is none */

void lp_logwriter_init(struct lp_logwriter *writer, const char *syslog_path)
{
	writer->syslog_path = syslog_path;
	atomic_init(&writer->syslog_fd, -1);
	writer->len = writer->at = 0;
}

static void disconnect(struct lp_logwriter *writer)
{
	int fd = atomic_exchange(&writer->syslog_fd, -1);

	if (fd >= 0)
		close(fd);
	writer->at = 0;
}

void lp_logwriter_fini(struct lp_logwriter *writer)
{
	disconnect(writer);
}

/* As syslog(3) has it, RFC 3164 without the name of the host. */
static int format_syslog(char out[LP_LOG_OUT_LEN], enum lp_log_level level, uint64_t wall_ns,
			 const char *line)
{
	time_t seconds = (time_t)(wall_ns / LP_NS_PER_S);
	char stamp[32] = "";
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S ", &tm);
	return snprintf(out, LP_LOG_OUT_LEN, "<%d>%slanparty[%ld]: %s",
			LOG_DAEMON | lp_log_severity(level), stamp, (long)getpid(), line);
}

void lp_logwriter_begin(struct lp_logwriter *writer, enum lp_log_level level, uint64_t wall_ns,
			const char *line)
{
	/* Half a line on a stream would become one with the next. */
	if (writer->target == LP_LOG_SYSLOG && writer->at > 0 && writer->at < writer->len)
		disconnect(writer);
	writer->at = 0;
	writer->target = lp_log_target();
	if (writer->target == LP_LOG_SYSLOG) {
		int len = format_syslog(writer->out, level, wall_ns, line);

		writer->len = LP_MIN((size_t)LP_MAX(len, 0), sizeof(writer->out) - 1);
	} else {
		writer->len = lp_log_format(writer->out, lp_log_is_journal(), level, wall_ns, line);
	}
}

static int connect_as(const struct sockaddr_un *addr, int type)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd >= 0 && connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) < 0) {
		int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

static bool connect_syslog(struct lp_logwriter *writer)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd;

	if (!lp_strcopy(addr.sun_path, sizeof(addr.sun_path), writer->syslog_path))
		return false;
	fd = connect_as(&addr, SOCK_DGRAM);
	writer->is_stream = fd < 0 && errno == EPROTOTYPE;
	if (writer->is_stream)
		fd = connect_as(&addr, SOCK_STREAM);
	atomic_store(&writer->syslog_fd, fd);
	return fd >= 0;
}

static ssize_t write_some(struct lp_logwriter *writer, int fd)
{
	/* On a stream the NUL behind a line ends it. */
	bool has_end = writer->target == LP_LOG_SYSLOG && writer->is_stream;
	const char *data = writer->out + writer->at;
	size_t left = writer->len + has_end - writer->at;
	ssize_t n = writer->target == LP_LOG_SYSLOG
			    ? send(fd, data, left, MSG_DONTWAIT | MSG_NOSIGNAL)
			    : write(fd, data, left);

	if (n > 0)
		writer->at += (size_t)n;
	return n < 0 ? -1 : (ssize_t)left - n;
}

/* Returns how much is left, or -1 and errno. */
static ssize_t try(struct lp_logwriter *writer, int wait_ms)
{
	bool is_syslog = writer->target == LP_LOG_SYSLOG;

	if (is_syslog && atomic_load(&writer->syslog_fd) < 0 && !connect_syslog(writer))
		return -1;

	struct pollfd place = {
		.fd = is_syslog ? atomic_load(&writer->syslog_fd) : STDERR_FILENO,
		.events = POLLOUT,
	};
	int ready = poll(&place, 1, wait_ms);

	if (ready == 0)
		errno = EAGAIN;
	return ready > 0 ? write_some(writer, place.fd) : -1;
}

enum lp_err lp_logwriter_step(struct lp_logwriter *writer, int wait_ms)
{
	bool was_renewed = false;
	ssize_t left;

	while ((left = try(writer, wait_ms)) != 0) {
		if (left > 0 || errno == EINTR)
			continue;
		if (errno == EAGAIN) {
			(void)poll(NULL, 0, LP_MIN(wait_ms, PAUSE_MS));
			return LP_ERR_AGAIN;
		}
		if (writer->target != LP_LOG_SYSLOG || was_renewed)
			return LP_ERR_SYSTEM;
		/* A syslog that was started again has another socket. */
		was_renewed = true;
		disconnect(writer);
	}
	writer->at = writer->len;
	return LP_OK;
}

bool lp_logwriter_is_elsewhere(const struct lp_logwriter *writer)
{
	return writer->target != lp_log_target();
}
