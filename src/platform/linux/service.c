/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/service.h"

#include "base/clock.h"
#include "platform/linux/notify.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int lp_service_main(int argc, char **argv, int (*run)(int argc, char **argv))
{
	return run(argc, argv);
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
	(void)lp_notify_send(text, NULL, 0);
}

void lp_service_reloading(uint64_t now)
{
	char text[128];

	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
		 (uint64_t)(now / LP_NS_PER_US));
	(void)lp_notify_send(text, NULL, 0);
}

void lp_service_status(const char *status)
{
	char text[512];

	if (!keep_status(status))
		return;
	snprintf(text, sizeof(text), "STATUS=%s", told_status);
	(void)lp_notify_send(text, NULL, 0);
}

bool lp_service_has_manager(void)
{
	return lp_notify_is_heard();
}

void lp_service_stopping(void)
{
	(void)lp_notify_send("STOPPING=1", NULL, 0);
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
	(void)lp_notify_send("WATCHDOG=1", NULL, 0);
}
