/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The inside of the role: client.c is frames and life, client_mac.c who this PC is, network.c the
 * operating system's network around the TAP, client_report.c what the client says about itself.
 */
#ifndef LP_CLIENT_CLIENT_IMPL_H
#define LP_CLIENT_CLIENT_IMPL_H

#include "admin/admin.h"
#include "client/client_filter.h"
#include "client/diagnose.h"
#include "client/relay_route.h"
#include "client/tapnet.h"
#include "platform/netcfg.h"
#include "platform/tap.h"
#include "session/host.h"

struct lp_client {
	struct lp_loop *loop;
	const struct lp_conf *conf;
	struct lp_store *store;
	struct lp_host *host;
	struct lp_mac mac;
	struct lp_client_filter gate;
	struct lp_tap_info tap;
	uint64_t started_ns;
	struct lp_welcome welcome; /* the last one; its MTU is 0 before */

	/* network.c */
	struct lp_journal *journal;
	struct lp_relay_route *relay_route;
	struct lp_tapnet *tapnet;
	struct lp_netcfg_watch *watch;
	struct lp_timer *check_timer;
	uint64_t checked_ns;
	uint64_t hurried_ns;
	struct lp_framedev *ready_tap; /* the one whose settings are made */
	uint64_t retry_ns;	       /* when they are tried again */
	bool is_media_up;
	bool has_overlap;
	struct lp_prefix party;
	struct lp_prefix home;

	/* client_report.c: what was said last, so that only news is logged */
	struct lp_finding findings[LP_ADMIN_LINES_MAX];
	size_t finding_count;
	struct lp_finding fault; /* while it is not connected, for a reason of its own */
	size_t fault_count;
	uint64_t summary_ns;
};

/* --- network.c --- */
/* Before anything else: puts back what a killed client has left. */
enum lp_err lp_client_network_open(struct lp_client *client) LP_MUST_CHECK;
/* Once there are a host and a TAP. */
enum lp_err lp_client_network_start(struct lp_client *client) LP_MUST_CHECK;
/* Puts everything back. */
void lp_client_network_close(struct lp_client *client);
/* An attempt begins, to that address. */
void lp_client_network_connecting(struct lp_client *client, const struct lp_addr *relay);
/* In the room: pins the way, makes the TAP's settings, and lets frames pass. */
void lp_client_network_begin(struct lp_client *client);
/* Not in the room any more: the way is no longer pinned. */
void lp_client_network_lost(struct lp_client *client);
/* The TAP is gone. */
void lp_client_network_end(struct lp_client *client);
void lp_client_network_second(struct lp_client *client, uint64_t now);

/* --- client_mac.c --- */
/* "auto": the MAC of the identity file, made once (W1); else that MAC (W2). Logs on failure. */
enum lp_err lp_client_identity(struct lp_store *store, const char *configured,
			       struct lp_mac *mac) LP_MUST_CHECK;

/* --- client_report.c --- */
/* Logs what is news, and from time to time all. */
void lp_client_log(struct lp_client *client, uint64_t now);
/* Says that the party's network is the one at home, if so, before anything of it is reached. */
void lp_client_log_overlap(struct lp_client *client);
/* struct lp_admin_ops */
void lp_client_status(void *user, struct lp_admin_status *status);
enum lp_err lp_client_peers(void *user, const char *room, struct lp_admin_peer **peers,
			    size_t *count);
enum lp_err lp_client_stats(void *user, struct lp_admin_counter **counters, size_t *count);
enum lp_err lp_client_frame_log(void *user, const char *room, uint16_t peer_id, bool is_on);
enum lp_err lp_client_drops(void *user, const char *room, struct lp_admin_drop **drops,
			    size_t *count);

#endif
