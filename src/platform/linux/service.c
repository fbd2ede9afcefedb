/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * sd_notify(3) spoken directly: one datagram of NAME=value lines to the socket in NOTIFY_SOCKET. It
 * saves a library for thirty lines, and any service manager may speak it.
 */

#include "platform/service.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
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

/* A manager that cannot be told is complained of once in a while, not at each sign of life. */
static struct lp_log_limit log_limit = {.burst = 1};

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
		lp_log_write_limited(&log_limit, lp_clock_read().mono_ns, LP_LOG_WARN, "service",
				     "the service manager was not told: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
}

int lp_service_main(int argc, char **argv, int (*run)(int argc, char **argv))
{
	return run(argc, argv);
}

bool lp_service_is_one(void)
{
	return false;
}

/* What was told last. */
static char told_status[480];

/* A second line in the status would be read as another assignment. Returns false if it is not new.
 */
static bool keep_status(const char *status)
{
	char text[sizeof(told_status)];

	snprintf(text, sizeof(text), "%.*s", (int)strcspn(status, "\n"), status);
	if (strcmp(text, told_status) == 0)
		return false;
	memcpy(told_status, text, sizeof(text));
	return true;
}

void lp_service_ready(const char *status)
{
	char text[512];

	(void)keep_status(status);
	snprintf(text, sizeof(text), "READY=1\nSTATUS=%s", told_status);
	notify(text);
}

void lp_service_reloading(uint64_t now)
{
	char text[128];

	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, now / LP_NS_PER_US);
	notify(text);
}

void lp_service_status(const char *status)
{
	char text[512];

	if (!keep_status(status))
		return;
	snprintf(text, sizeof(text), "STATUS=%s", told_status);
	notify(text);
}

bool lp_service_has_manager(void)
{
	struct sockaddr_un addr;

	return manager_address(&addr) > 0;
}

void lp_service_stopping(void)
{
	notify("STOPPING=1");
}

/* As sd_watchdog_enabled(3): 0 when no sign of life is wanted, or of another process. */
static uint64_t watchdog_ns(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	char *end;

	if (!usec || (pid && strtoull(pid, NULL, 10) != (unsigned long long)getpid()))
		return 0;
	unsigned long long value = strtoull(usec, &end, 10);
	return *end == '\0' && value < UINT64_MAX / LP_NS_PER_US ? value * LP_NS_PER_US : 0;
}

void lp_service_watchdog(uint64_t now)
{
	static uint64_t told_ns;
	uint64_t every_ns = watchdog_ns() / 4;

	if (every_ns == 0 || (told_ns > 0 && now - told_ns < every_ns))
		return;
	told_ns = now;
	notify("WATCHDOG=1");
}
