/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Least privilege: what each role keeps once everything that needs privilege is open.
 */
#ifndef LP_PLATFORM_PRIVS_H
#define LP_PLATFORM_PRIVS_H

#include "base/err.h"

#include <stdbool.h>

enum lp_privs {
	LP_PRIVS_NONE, /* relay */
	LP_PRIVS_NET,  /* client: CAP_NET_ADMIN, to re-pin and restore */
	LP_PRIVS_RAW,  /* gateway: CAP_NET_RAW, to open its NIC again */
};

/*
 * Becomes `user` (and its group; NULL = stay) and keeps only what `keep` says; sets no_new_privs.
 * Does nothing but no_new_privs and the capability drop when not started as root. Call it before
 * there are threads: capabilities belong to each of them. That of the log (platform/logsink.h) is
 * seen to.
 */
enum lp_err lp_privs_drop(const char *user, enum lp_privs keep) LP_MUST_CHECK;

/* Is this process the superuser's, and so the owner of most files? */
bool lp_privs_is_root(void);

#endif
