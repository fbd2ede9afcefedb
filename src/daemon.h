/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The running daemon: one role on the main loop, with signals, control socket and reload.
 */
#ifndef LP_DAEMON_H
#define LP_DAEMON_H

#include "conf/conf.h"

struct lp_daemon_config {
	const char *file; /* read again at a reload; NULL = none */
	const struct lp_conf_override *overrides;
	size_t override_count;
};

/* Runs until SIGTERM or SIGINT. Takes conf. Returns the exit status of the process. */
int lp_daemon_run(struct lp_conf *conf, const struct lp_daemon_config *config);

#endif
