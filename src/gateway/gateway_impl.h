/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The inside of the role: gateway.c is session and life, gateway_macs.c who is in the room,
 * gateway_nic.c what happens to the NIC, gateway_filter.c what may pass, gateway_report.c what the
 * gateway says about itself.
 */
#ifndef LP_GATEWAY_GATEWAY_IMPL_H
#define LP_GATEWAY_GATEWAY_IMPL_H

#include "admin/admin.h"
#include "base/log.h"
#include "gateway/gateway_filter.h"
#include "gateway/player_drops.h"
#include "platform/netcfg.h"
#include "platform/rawif.h"
#include "session/host.h"

#define LP_GATEWAY_REMOTE_MACS_MAX 4096

struct lp_gateway {
	struct lp_loop *loop;
	const struct lp_conf *conf;
	struct lp_store *store;
	struct lp_host *host;
	const char *interface;	  /* of the start, whatever a reload says */
	struct lp_rawif_info nic; /* as it was last seen */
	struct lp_netcfg_watch *nic_watch;
	struct lp_timer *nic_timer; /* for when something changed */
	uint64_t nic_checked_ns;
	uint64_t own_due_ns;	/* when its addresses are to be read again */
	uint64_t nic_failed_ns; /* when it could not be opened again; 0 = never */
	uint64_t nic_told_ns;	/* when its link was last told of; 0 = never */
	bool is_told_linked;
	uint64_t lan_told_ns; /* when the players were last told of it; 0 = never */
	bool is_lan_told_lost;
	uint64_t link_losses;
	struct lp_log_limit mtu_log_limit;
	struct lp_mac
		nic_macs[1 + LP_GATEWAY_REMOTE_MACS_MAX]; /* for its filter: our own, theirs */
	size_t jumbo_len_max; /* the longest frame that the LAN sent to players; 0 = all fit */
	struct lp_gateway_filter gate;
	struct lp_player_drops *player_drops;
	struct lp_timer *gate_timer; /* for what the gate looks after by itself */
	bool has_new_link;	     /* whose switch does not know the players yet */
	struct lp_prefix lan_prefixes[LP_LAN_PREFIXES_MAX];
	size_t lan_prefix_count;
	uint64_t started_ns;
	uint64_t cam_refresh_due_ns;
};

/* --- gateway_nic.c --- */
enum lp_err lp_gateway_open_nic(struct lp_gateway *gateway, struct lp_framedev **nic) LP_MUST_CHECK;
/* From here on changes of the NIC are seen at once, not only when it is looked at each second. */
void lp_gateway_watch_nic(struct lp_gateway *gateway);
/* Looks how the NIC is, and tries to open it again if it was lost. */
void lp_gateway_check_nic(struct lp_gateway *gateway);
void lp_gateway_nic_free(struct lp_gateway *gateway);
/* struct lp_host_ops */
void lp_gateway_on_nic_lost(void *user, enum lp_err err);
enum lp_err lp_gateway_reopen_nic(void *user, struct lp_framedev **nic);

/* --- gateway_macs.c: the players' MACs, in the NIC's filter and in the switch of the hall --- */
/* Sets the filter of a NIC that is not the host's device yet. */
enum lp_err lp_gateway_set_filter(struct lp_gateway *gateway,
				  struct lp_framedev *nic) LP_MUST_CHECK;
/* Sets that of the host's device, if there is one, and logs a failure. */
void lp_gateway_update_filter(struct lp_gateway *gateway);
/* Tells the switch where a player is, unless they are stopped, or on the LAN themselves. */
void lp_gateway_refresh(struct lp_gateway *gateway, const struct lp_cam_peer *peer,
			const char *reason);
/* A switch forgets what it knew of a port whose link was down. */
void lp_gateway_refresh_all(struct lp_gateway *gateway, const char *reason);

/* --- gateway_report.c: struct lp_admin_ops --- */
void lp_gateway_status(void *user, struct lp_admin_status *status);
enum lp_err lp_gateway_peers(void *user, const char *room, struct lp_admin_peer **peers,
			     size_t *count);
enum lp_err lp_gateway_stats(void *user, struct lp_admin_counter **counters, size_t *count);
enum lp_err lp_gateway_frame_log(void *user, const char *room, uint16_t peer_id, bool is_on);
enum lp_err lp_gateway_drops(void *user, const char *room, struct lp_admin_drop **drops,
			     size_t *count);

#endif
