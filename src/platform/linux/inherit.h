/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Descriptors that a service manager hands over at the start: sockets that it has opened for us
 * (sd_listen_fds(3)), or that we left with it before a restart (FDSTORE in sd_notify(3)).
 */
#ifndef LP_PLATFORM_LINUX_INHERIT_H
#define LP_PLATFORM_LINUX_INHERIT_H

#include <stdbool.h>
#include <stddef.h>

#define LP_INHERIT_MAX 64

struct lp_inherited {
	int fd;
	bool is_stored; /* by us, before a restart */
};

/*
 * Lists what was handed over to this process, and touches none of it. Returns how many, 0 for none
 * or too many.
 */
size_t lp_inherit_list(struct lp_inherited out[LP_INHERIT_MAX]);
/* They are used or closed now: there is nothing handed over any more. */
void lp_inherit_done(void);

/* Leaves descriptors with the manager, for the time of a restart; the caller keeps them, too. */
void lp_inherit_store(const int *fds, size_t count);
/* Takes all of ours back out of there, and waits until that is so. */
void lp_inherit_forget(void);

#endif
