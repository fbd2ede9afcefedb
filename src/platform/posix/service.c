/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * sd_notify(3) spoken directly: one datagram of NAME=value lines to the socket in NOTIFY_SOCKET. It
 * saves a library for thirty lines, and any service manager may speak it.
 */

#include "platform/service.h"

#include "base/log.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
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

static void notify(const char *text)
{
	struct sockaddr_un addr;
	socklen_t addr_len = manager_address(&addr);
	int fd;

	if (!addr_len)
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	/* A manager that does not read must not stop the loop. */
	if (fd < 0 || sendto(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT,
			     (const struct sockaddr *)&addr, addr_len) < 0)
		lp_warn("service", "the service manager was not told: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
}

void lp_service_ready(const char *status)
{
	char text[512];

	/* A second line in the status would be read as another assignment. */
	snprintf(text, sizeof(text), "READY=1\nSTATUS=%.*s", (int)strcspn(status, "\n"), status);
	notify(text);
}

void lp_service_stopping(void)
{
	notify("STOPPING=1");
}

void lp_service_watchdog(void)
{
	notify("WATCHDOG=1");
}
