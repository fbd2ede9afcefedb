/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The role gateway: the box in the hall. Wired NIC <-> session, and the rules for what may pass.
 */

#include "base/log.h"
#include "base/mem.h"
#include "gateway/gateway_impl.h"
#include "role.h"

#include <stdlib.h>

#define LOG "gateway"

#define DROPS_PER_S 8 /* messages to players about their frames */

/* --- frames --- */

static const struct lp_policy *policy_of(const struct lp_gateway *gateway)
{
	return lp_session_policy(lp_host_session(gateway->host));
}

static enum lp_verdict check_up(void *user, const uint8_t *frame, size_t len, uint64_t now)
{
	struct lp_gateway *gateway = user;
	enum lp_verdict verdict =
		lp_gateway_filter_up(&gateway->gate, policy_of(gateway), frame, len, now);
	lp_timer_set(gateway->gate_timer, lp_gateway_filter_deadline(&gateway->gate));
	return verdict;
}

/* Said once: the counter tells how many. */
static void on_jumbo(void *user, size_t len, uint64_t now)
{
	struct lp_gateway *gateway = user;
	(void)now;
	if (gateway->jumbo_len_max == 0)
		lp_warn(LOG,
			"the LAN sends jumbo frames: one of %zu bytes was dropped, and players "
			"receive at most 1514: set the MTU of the PCs in the hall to 1500",
			len);
	gateway->jumbo_len_max = LP_MAX(gateway->jumbo_len_max, len);
}

static enum lp_verdict check_down(void *user, const struct lp_frame *frame, uint64_t now)
{
	struct lp_gateway *gateway = user;
	enum lp_verdict verdict = lp_gateway_filter_down(
		&gateway->gate, policy_of(gateway), frame->source_id, frame->data, frame->len, now);
	lp_player_drops_count(gateway->player_drops, frame->source_id, verdict, frame->data,
			      frame->len, now);
	lp_timer_set(gateway->gate_timer, lp_gateway_filter_deadline(&gateway->gate));
	return verdict;
}

/* --- who is in the room --- */

static void on_peer_joined(void *user, const struct lp_session_peer *peer, uint64_t now)
{
	struct lp_gateway *gateway = user;
	if (!peer->has_mac || peer->role != LP_ROLE_CLIENT)
		return;
	lp_player_drops_join(gateway->player_drops, peer->id);
	const struct lp_cam_peer *joined =
		lp_gateway_filter_join(&gateway->gate, peer->id, &peer->mac, now);
	lp_gateway_update_filter(gateway);
	lp_gateway_refresh(gateway, joined, "peer_joined");
	lp_timer_set(gateway->gate_timer, now);
}

static void on_peer_left(void *user, const struct lp_session_peer *peer, const char *reason,
			 uint64_t now)
{
	struct lp_gateway *gateway = user;
	(void)reason, (void)now;
	lp_gateway_filter_leave(&gateway->gate, peer->id);
	lp_player_drops_leave(gateway->player_drops, peer->id);
	lp_gateway_update_filter(gateway);
}

/* Without a cable silence says nothing. */
static bool is_lan_there(const struct lp_gateway *gateway)
{
	return lp_host_device(gateway->host) && gateway->nic.has_carrier;
}

static void release_macs(struct lp_gateway *gateway, uint64_t now)
{
	const struct lp_cam_peer *peer;
	if (!is_lan_there(gateway))
		return;
	while ((peer = lp_gateway_filter_release(&gateway->gate, now))) {
		lp_gateway_update_filter(gateway);
		lp_gateway_refresh(gateway, peer, "mac_released");
	}
}

static void ask_the_lan(struct lp_gateway *gateway, uint64_t now)
{
	uint8_t question[LP_IPCLAIM_QUESTION_MAX];
	struct lp_addrprobe_frame kept;
	size_t len;
	if (!is_lan_there(gateway)) {
		lp_addrguard_stop_asking(gateway->gate.guard);
		return;
	}
	while ((len = lp_gateway_filter_ask(&gateway->gate, question, now)) > 0)
		lp_host_inject(gateway->host, question, len);
	while (lp_gateway_filter_take(&gateway->gate, &kept, now))
		lp_host_deliver(gateway->host, kept.peer_id, kept.data, kept.len);
}

/* What the gate does by itself: against loops, and about addresses. */
static void on_gate_time(void *arg)
{
	struct lp_gateway *gateway = arg;
	uint64_t now = lp_loop_now(gateway->loop)->mono_ns;
	uint8_t frame[LP_ETHER_WIRE_MIN];
	lp_gateway_filter_tick(&gateway->gate, now);
	switch (lp_gateway_filter_probe(&gateway->gate, frame, now)) {
	case LP_GATEWAY_FILTER_PROBE_LAN:
		lp_host_inject(gateway->host, frame, sizeof(frame));
		break;
	case LP_GATEWAY_FILTER_PROBE_TUNNEL:
		lp_host_offer(gateway->host, frame, sizeof(frame));
		break;
	case LP_GATEWAY_FILTER_PROBE_NONE:
		break;
	}
	ask_the_lan(gateway, now);
	lp_timer_set(gateway->gate_timer, lp_gateway_filter_deadline(&gateway->gate));
}

/* A relay bears fifty records in a second: many players have to wait a little longer. */
static void tell_players(struct lp_gateway *gateway, uint64_t now)
{
	struct lp_session *session = lp_host_session(gateway->host);
	struct lp_drops news;
	for (int i = 0; i < DROPS_PER_S && lp_session_is_up(session) &&
			lp_player_drops_next(gateway->player_drops, &news, now);
	     i++)
		lp_session_tell_drops(session, &news);
}

static void on_second(void *user, uint64_t now)
{
	struct lp_gateway *gateway = user;
	lp_gateway_check_nic(gateway);
	release_macs(gateway, now);
	tell_players(gateway, now);
	lp_timer_set(gateway->gate_timer, lp_gateway_filter_deadline(&gateway->gate));
	if (now < gateway->cam_refresh_due_ns)
		return;
	gateway->cam_refresh_due_ns = now + gateway->conf->gateway.cam_refresh_ms * LP_NS_PER_MS;
	lp_gateway_refresh_all(gateway, "periodic");
}

/* --- what happens to the session and the NIC --- */

static void on_welcome(void *user, const struct lp_welcome *welcome, uint64_t now)
{
	struct lp_gateway *gateway = user;
	(void)now;
	lp_info(LOG, "%s is bridged into room \"%s\" as peer %u, MTU %u", gateway->interface,
		welcome->room, welcome->peer_id, welcome->mtu);
}

static void on_lost(void *user, const char *why, uint64_t now)
{
	struct lp_gateway *gateway = user;
	(void)why, (void)now;
	lp_warn(LOG, "%s is not bridged for now", gateway->interface);
}

static const struct lp_host_ops host_ops = {
	.check_up = check_up,
	.check_down = check_down,
	.on_welcome = on_welcome,
	.on_lost = on_lost,
	.on_peer_joined = on_peer_joined,
	.on_peer_left = on_peer_left,
	.on_device_lost = lp_gateway_on_nic_lost,
	.reopen = lp_gateway_reopen_nic,
	.on_jumbo = on_jumbo,
	.on_second = on_second,
};

/* --- life --- */

static void gateway_free(void *state)
{
	struct lp_gateway *gateway = state;
	lp_host_free(gateway->host);
	lp_gateway_nic_free(gateway);
	lp_timer_free(gateway->gate_timer);
	lp_gateway_filter_fini(&gateway->gate);
	lp_player_drops_free(gateway->player_drops);
	lp_store_close(gateway->store);
	free(gateway);
}

/* What players are told about the LAN: as configured, or what the NIC itself is in. */
static void find_lan_prefixes(struct lp_gateway *gateway)
{
	const struct lp_conf_gateway *conf = &gateway->conf->gateway;
	for (size_t i = 0; i < conf->lan_prefix_count && i < LP_LAN_PREFIXES_MAX; i++) {
		if (lp_prefix_parse(conf->lan_prefixes[i],
				    &gateway->lan_prefixes[gateway->lan_prefix_count]) == LP_OK)
			gateway->lan_prefix_count++;
	}
	if (conf->lan_prefix_count > 0)
		return;
	struct lp_prefix addrs[LP_NETCFG_ADDRS_MAX];
	size_t count = 0;
	if (lp_netcfg_addresses(gateway->nic.ifindex, addrs, &count) != LP_OK)
		return;
	if (count == 0)
		lp_info(LOG,
			"%s has no address that tells the LAN's prefix: set gateway.lan_prefixes, "
			"so that players whose home network is the same are warned",
			gateway->interface);
	for (size_t i = 0; i < count && gateway->lan_prefix_count < LP_LAN_PREFIXES_MAX; i++) {
		char text[LP_ADDR_TEXT_LEN];
		/* Printing and reading clears the host bits; link-local is every LAN's. */
		bool is_link_local = addrs[i].addr.family == LP_ADDR_IP6 &&
				     addrs[i].addr.ip[0] == 0xfe &&
				     (addrs[i].addr.ip[1] & 0xc0) == 0x80;
		if (!is_link_local &&
		    lp_prefix_parse(lp_prefix_format(&addrs[i], text),
				    &gateway->lan_prefixes[gateway->lan_prefix_count]) == LP_OK)
			gateway->lan_prefix_count++;
	}
}

/* The NIC first, the relay second: a bad NIC never advertises a gateway (G2). */
static enum lp_err open_all(struct lp_gateway *gateway)
{
	struct lp_framedev *nic;
	enum lp_err err = lp_gateway_open_nic(gateway, &nic);
	if (err != LP_OK)
		return err;
	err = lp_store_open(gateway->conf->state_dir, &gateway->store);
	if (err != LP_OK) {
		nic->ops->close(nic);
		return err;
	}
	find_lan_prefixes(gateway);
	struct lp_host_config config = {
		.role = LP_ROLE_GATEWAY,
		.conf = &gateway->conf->gateway.session,
		.store = gateway->store,
		.has_mac = true,
		.mac = gateway->nic.mac,
		.lan_prefixes = gateway->lan_prefixes,
		.lan_prefix_count = gateway->lan_prefix_count,
		.pad_to = LP_ETHER_WIRE_MIN,
	};
	err = lp_host_start(gateway->loop, &config, nic, &host_ops, gateway, &gateway->host);
	if (err != LP_OK)
		return err;
	lp_host_set_frame_log(gateway->host, gateway->conf->gateway.frame_log);
	return lp_store_drop_privs(gateway->store, gateway->conf->user, LP_PRIVS_RAW);
}

static enum lp_err start(struct lp_loop *loop, const struct lp_conf *conf, void **state)
{
	struct lp_gateway *gateway = lp_alloc(sizeof(*gateway));
	char mac[LP_MAC_TEXT_LEN];
	gateway->loop = loop;
	gateway->conf = conf;
	gateway->started_ns = lp_loop_now(loop)->mono_ns;
	gateway->interface = conf->gateway.interface;
	gateway->gate_timer = lp_timer_new(loop, on_gate_time, gateway);
	gateway->player_drops = lp_player_drops_new();
	lp_gateway_filter_init(&gateway->gate, conf->gateway.broadcast_per_s, gateway->started_ns);
	lp_gateway_filter_set_asking(&gateway->gate, conf->gateway.probe_lan);
	enum lp_err err = open_all(gateway);
	if (err != LP_OK) {
		gateway_free(gateway);
		return err;
	}
	lp_gateway_watch_nic(gateway);
	lp_info(LOG, "%s, MAC %s; connecting to %s, room \"%s\"", gateway->interface,
		lp_mac_format(&gateway->nic.mac, mac), conf->gateway.session.relay,
		conf->gateway.session.room);
	*state = gateway;
	return LP_OK;
}

static void stop(void *state, void (*on_stopped)(void *arg), void *arg)
{
	struct lp_gateway *gateway = state;
	lp_host_stop(gateway->host, on_stopped, arg);
}

static enum lp_err reload(void *state, const struct lp_conf *conf, char *why, size_t why_len)
{
	struct lp_gateway *gateway = state;
	uint64_t now = lp_loop_now(gateway->loop)->mono_ns;
	(void)why, (void)why_len;
	if (conf->gateway.broadcast_per_s != gateway->conf->gateway.broadcast_per_s)
		lp_gateway_filter_set_rate(&gateway->gate, conf->gateway.broadcast_per_s, now);
	lp_gateway_filter_set_asking(&gateway->gate, conf->gateway.probe_lan);
	lp_host_set_frame_log(gateway->host, conf->gateway.frame_log);
	gateway->cam_refresh_due_ns = now;
	gateway->conf = conf;
	return LP_OK;
}

const struct lp_role lp_gateway_role = {
	.start = start,
	.stop = stop,
	.reload = reload,
	.free = gateway_free,
	.admin =
		{
			.status = lp_gateway_status,
			.peers = lp_gateway_peers,
			.stats = lp_gateway_stats,
			.drops = lp_gateway_drops,
			.frame_log = lp_gateway_frame_log,
		},
};
