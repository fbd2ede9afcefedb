/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/linux/notify.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Fills in where the manager listens. Returns the length of the address, 0 when nobody does. */
static socklen_t manager_address(struct sockaddr_un *addr)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len = path ? strlen(path) : 0;

	if (!len || (path[0] != '/' && path[0] != '@') || len >= sizeof(addr->sun_path))
		return 0;
	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	memcpy(addr->sun_path, path, len);
	/* @ stands for the null byte that begins an abstract address, which has no null at its end.
	 */
	if (path[0] == '@')
		addr->sun_path[0] = '\0';
	else
		len++;
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

bool lp_notify_is_heard(void)
{
	struct sockaddr_un addr;

	return manager_address(&addr) > 0;
}

/* A manager that cannot be told is complained of once in a while, not at each sign of life. */
static struct lp_log_limit log_limit = {.burst = 1};

bool lp_notify_send(const char *text, const int *fds, size_t fd_count)
{
	union {
		struct cmsghdr align;
		char data[CMSG_SPACE(LP_NOTIFY_FDS_MAX * sizeof(int))];
	} control;
	struct sockaddr_un addr;
	/* The kernel only reads it: struct iovec has no const. */
	struct iovec iov = {.iov_base = (void *)(uintptr_t)text, .iov_len = strlen(text)};
	struct msghdr message = {.msg_name = &addr, .msg_iov = &iov, .msg_iovlen = 1};

	message.msg_namelen = manager_address(&addr);
	if (message.msg_namelen == 0 || fd_count > LP_NOTIFY_FDS_MAX)
		return false;
	if (fd_count > 0) {
		memset(&control, 0, sizeof(control));
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
		memcpy(CMSG_DATA(header), fds, fd_count * sizeof(int));
	}
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	/* A manager that does not read must not stop the loop. */
	bool is_sent = fd >= 0 && sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
	if (!is_sent)
		lp_log_write_limited(&log_limit, lp_clock_read().mono_ns, LP_LOG_WARN, "service",
				     "the service manager was not told: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return is_sent;
}

void lp_notify_wait(int wait_ms)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return;
	/* The manager closes its copy when it comes to that line. */
	bool is_sent = lp_notify_send("BARRIER=1", &ends[1], 1);
	close(ends[1]);
	if (is_sent)
		(void)poll(&(struct pollfd){.fd = ends[0]}, 1, wait_ms);
	close(ends[0]);
}
