/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/privs.h"

#include "base/log.h"

/*
 * What a client needs to the end (routes, settings, the TAP) is what administrators and LocalSystem
 * may do: there is no part of it to keep.
 */
enum lp_err lp_privs_drop(const char *user, enum lp_privs keep)
{
	(void)keep;
	if (user)
		lp_debug("privs", "user = \"%s\" is for Linux: the service's account is meant here",
			 user);
	return LP_OK;
}

void lp_privs_drop_thread(void)
{
}

bool lp_privs_is_root(void)
{
	return false;
}
