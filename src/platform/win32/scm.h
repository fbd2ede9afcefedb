/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What the rest of platform/win32 wants to know of the service control manager (service.c).
 */
#ifndef LP_PLATFORM_WIN32_SCM_H
#define LP_PLATFORM_WIN32_SCM_H

#include <stdbool.h>

/* Were we started by it? Then nobody sees a console. */
bool lp_service_is_one(void);

#endif
