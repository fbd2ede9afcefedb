/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The service manager: says when the daemon is ready (sd_notify protocol on Linux, spoken
 * directly).
 */
#ifndef LP_PLATFORM_SERVICE_H
#define LP_PLATFORM_SERVICE_H

#include <stdint.h>

/* Does nothing when no manager listens. `status` is one short line for a person. */
void lp_service_ready(const char *status);
void lp_service_stopping(void);
/* A sign of life, four times in the interval that the manager wants one in (WATCHDOG_USEC). */
void lp_service_watchdog(uint64_t now);

#endif
