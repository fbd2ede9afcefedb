/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The service manager: says when the daemon is ready (sd_notify protocol on Linux, spoken
 * directly; the service control manager on Windows).
 */
#ifndef LP_PLATFORM_SERVICE_H
#define LP_PLATFORM_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The daemon's main: calls run(argc, argv) and returns what it returns. On Windows with --service
 * as the first option, which run does not get to see, this happens under the service manager.
 */
int lp_service_main(int argc, char **argv, int (*run)(int argc, char **argv));

/* Does nothing when no manager listens. `status` is one short line for a person. */
void lp_service_ready(const char *status);
void lp_service_stopping(void);
/*
 * The configuration is being read again, from now (monotonic) until the next lp_service_ready; told
 * to a manager that waits for it (Type=notify-reload) and to others, who take no harm.
 */
void lp_service_reloading(uint64_t now);
/* Another short line for a person. Tells a manager only when it differs from the one before. */
void lp_service_status(const char *status);
/* Is there a manager to tell anything? */
bool lp_service_has_manager(void);
/* A sign of life, four times in the interval that the manager wants one in (WATCHDOG_USEC). */
void lp_service_watchdog(uint64_t now);

#endif
