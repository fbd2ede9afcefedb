/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The inside of the role: client.c is frames and life, client_mac.c who this PC is, diagnose.c what
 * it says about itself.
 */
#ifndef LP_CLIENT_CLIENT_IMPL_H
#define LP_CLIENT_CLIENT_IMPL_H

#include "admin/admin.h"
#include "platform/tap.h"
#include "session/host.h"

struct lp_client {
	struct lp_loop *loop;
	const struct lp_conf *conf;
	struct lp_store *store;
	struct lp_host *host;
	struct lp_mac mac;
	struct lp_tap_info tap;
	struct lp_framedev *configured_tap; /* the one whose MTU and media are set */
	uint16_t mtu;			    /* of the welcome; 0 = none yet */
	uint64_t started_ns;
};

/* --- client_mac.c --- */
/* "auto": the MAC of the identity file, made once (W1); else that MAC (W2). Logs on failure. */
enum lp_err lp_client_identity(struct lp_store *store, const char *configured,
			       struct lp_mac *mac) LP_MUST_CHECK;

/* --- diagnose.c: struct lp_admin_ops --- */
void lp_client_status(void *user, struct lp_admin_status *status);
enum lp_err lp_client_peers(void *user, const char *room, struct lp_admin_peer **peers,
			    size_t *count);
enum lp_err lp_client_stats(void *user, struct lp_admin_counter **counters, size_t *count);
enum lp_err lp_client_drops(void *user, const char *room, struct lp_admin_drop **drops,
			    size_t *count);

#endif
