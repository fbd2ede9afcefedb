/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What the daemon asks of a role: relay, gateway or client. daemon.c runs one.
 */
#ifndef LP_ROLE_H
#define LP_ROLE_H

#include "admin/admin.h"
#include "base/err.h"
#include "conf/conf.h"
#include "loop/loop.h"

struct lp_role {
	/*
	 * Opens what it needs, drops privileges, and begins. Borrows loop and conf until free. Logs
	 * one sentence on failure.
	 */
	enum lp_err (*start)(struct lp_loop *loop, const struct lp_conf *conf, void **state);
	/* Says goodbye; calls on_stopped(arg) when that is done, within a second. */
	void (*stop)(void *state, void (*on_stopped)(void *arg), void *arg);
	/*
	 * Takes another configuration, borrowed until the next one was taken: of its keys those
	 * that conf/schema.c calls reloadable. The daemon names the others in the log.
	 */
	enum lp_err (*reload)(void *state, const struct lp_conf *conf, char *why, size_t why_len);
	void (*free)(void *state);
	/* Answers for the control socket, called with the state; reload, log_level, config stay
	 * NULL. */
	struct lp_admin_ops admin;
};

extern const struct lp_role lp_relay_role;
extern const struct lp_role lp_gateway_role;
extern const struct lp_role lp_client_role;

#endif
