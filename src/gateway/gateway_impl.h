/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The inside of the role: gateway.c is NIC, session and life, langate.c what may pass,
 * gateway_report.c what it says about itself.
 */
#ifndef LP_GATEWAY_GATEWAY_IMPL_H
#define LP_GATEWAY_GATEWAY_IMPL_H

#include "admin/admin.h"
#include "gateway/langate.h"
#include "platform/rawif.h"
#include "session/host.h"

struct lp_gateway {
	struct lp_loop *loop;
	const struct lp_conf *conf;
	struct lp_store *store;
	struct lp_host *host;
	struct lp_rawif_info nic;
	struct lp_langate gate;
	struct lp_timer *gate_timer; /* for what the gate looks after by itself: loops */
	bool has_new_nic;	     /* whose switch does not know the players yet */
	struct lp_prefix lan_prefixes[LP_LAN_PREFIXES_MAX];
	size_t lan_prefix_count;
	uint64_t started_ns;
	uint64_t cam_refresh_due_ns;
};

/* --- gateway_report.c: struct lp_admin_ops --- */
void lp_gateway_status(void *user, struct lp_admin_status *status);
enum lp_err lp_gateway_peers(void *user, const char *room, struct lp_admin_peer **peers,
			     size_t *count);
enum lp_err lp_gateway_stats(void *user, struct lp_admin_counter **counters, size_t *count);
enum lp_err lp_gateway_frame_log(void *user, const char *room, uint16_t peer_id, bool is_on);
enum lp_err lp_gateway_drops(void *user, const char *room, struct lp_admin_drop **drops,
			     size_t *count);

#endif
