/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The role gateway: the box in the hall. Wired NIC <-> session, and the rules for what may pass.
 */

#include "base/log.h"
#include "base/mem.h"
#include "gateway/gateway_impl.h"
#include "platform/netcfg.h"
#include "platform/privs.h"
#include "role.h"

#include <stdlib.h>

#define LOG "gateway"

#define REMOTE_MACS_MAX 4096

/* --- frames --- */

static const struct lp_policy *policy_of(const struct lp_gateway *gateway)
{
	return lp_session_policy(lp_host_session(gateway->host));
}

/* LAN to relay (G7, G8, G21): only what some remote player can be meant by. */
static enum lp_verdict check_up(void *user, const uint8_t *frame, size_t len, uint64_t now)
{
	struct lp_gateway *gateway = user;
	struct lp_ether ether;
	enum lp_verdict verdict = lp_policy_check(frame, len, LP_DIRECTION_FROM_LAN,
						  policy_of(gateway), NULL, &ether);
	if (verdict != LP_VERDICT_FORWARD)
		return verdict;
	if (lp_cam_has(gateway->cam, &ether.src)) {
		char mac[LP_MAC_TEXT_LEN];
		lp_log_write_limited(&gateway->loop_log_limit, now, LP_LOG_WARN, LOG,
				     "a frame of remote player %s came in from the LAN: is there a "
				     "second way between the LAN and the tunnel?",
				     lp_mac_format(&ether.src, mac));
		return LP_VERDICT_LOOP;
	}
	if (!lp_mac_is_group(&ether.dst) && !lp_cam_has(gateway->cam, &ether.dst))
		return LP_VERDICT_NOT_FOR_US;
	return LP_VERDICT_FORWARD;
}

/* Relay to LAN (G9-G11): the last look before the hall's own network. */
static enum lp_verdict check_down(void *user, const struct lp_frame *frame, uint64_t now)
{
	struct lp_gateway *gateway = user;
	struct lp_ether ether;
	(void)now;
	const struct lp_mac *mac = lp_cam_mac_of(gateway->cam, frame->source_id);
	if (!mac)
		return LP_VERDICT_FOREIGN_PEER_ID;
	return lp_policy_check(frame->data, frame->len, LP_DIRECTION_FROM_REMOTE,
			       policy_of(gateway), mac, &ether);
}

/* --- the remote players' MACs --- */

static void refresh(struct lp_gateway *gateway, const struct lp_mac *mac, const char *reason)
{
	uint8_t frame[LP_CAM_FRAME_LEN];
	char text[LP_MAC_TEXT_LEN];
	lp_cam_frame(mac, frame);
	lp_host_inject(gateway->host, frame, sizeof(frame));
	lp_debug(LOG, "CAM refresh for %s, reason=%s", lp_mac_format(mac, text), reason);
}

static void update_filter(struct lp_gateway *gateway)
{
	static struct lp_mac macs[REMOTE_MACS_MAX];
	size_t count = lp_cam_list(gateway->cam, macs, LP_ARRAY_COUNT(macs));
	struct lp_framedev *nic = lp_host_device(gateway->host);
	if (nic && lp_rawif_set_remote_macs(nic, macs, count) != LP_OK)
		lp_error(LOG, "cannot set the filter of %s: remote players may not be reached",
			 gateway->conf->gateway.interface);
}

static void on_peer_joined(void *user, const struct lp_session_peer *peer, uint64_t now)
{
	struct lp_gateway *gateway = user;
	(void)now;
	if (!peer->has_mac || peer->role != LP_ROLE_CLIENT)
		return;
	lp_cam_add(gateway->cam, peer->id, &peer->mac);
	update_filter(gateway);
	refresh(gateway, &peer->mac, "peer_joined");
}

static void on_peer_left(void *user, const struct lp_session_peer *peer, const char *reason,
			 uint64_t now)
{
	struct lp_gateway *gateway = user;
	(void)reason, (void)now;
	lp_cam_remove(gateway->cam, peer->id);
	update_filter(gateway);
}

static void refresh_all(struct lp_gateway *gateway)
{
	size_t cursor = 0;
	const struct lp_session_peer *peer;
	struct lp_session *session = lp_host_session(gateway->host);
	while ((peer = lp_session_next_peer(session, &cursor))) {
		if (peer->role == LP_ROLE_CLIENT && peer->has_mac)
			refresh(gateway, &peer->mac, "periodic");
	}
}

static void on_second(void *user, uint64_t now)
{
	struct lp_gateway *gateway = user;
	if (now < gateway->cam_refresh_due_ns)
		return;
	gateway->cam_refresh_due_ns = now + gateway->conf->gateway.cam_refresh_ms * LP_NS_PER_MS;
	refresh_all(gateway);
}

/* --- what happens to the session and the NIC --- */

static void on_welcome(void *user, const struct lp_welcome *welcome, uint64_t now)
{
	struct lp_gateway *gateway = user;
	(void)now;
	lp_info(LOG, "%s is bridged into room \"%s\" as peer %u, MTU %u",
		gateway->conf->gateway.interface, welcome->room, welcome->peer_id, welcome->mtu);
}

static void on_lost(void *user, const char *why, uint64_t now)
{
	struct lp_gateway *gateway = user;
	(void)why, (void)now;
	lp_warn(LOG, "%s is not bridged for now", gateway->conf->gateway.interface);
}

static enum lp_err open_nic(struct lp_gateway *gateway, struct lp_framedev **nic)
{
	enum lp_err err = lp_rawif_open(gateway->conf->gateway.interface, nic);
	if (err != LP_OK)
		return err;
	err = lp_rawif_query(*nic, &gateway->nic);
	if (err != LP_OK)
		(*nic)->ops->close(*nic);
	return err;
}

static void on_device_lost(void *user, enum lp_err err)
{
	struct lp_gateway *gateway = user;
	lp_error(LOG, "%s is gone (%s): trying to open it again every second",
		 gateway->conf->gateway.interface, lp_err_text(err));
}

static enum lp_err reopen(void *user, struct lp_framedev **dev)
{
	static struct lp_mac macs[REMOTE_MACS_MAX];
	struct lp_gateway *gateway = user;
	enum lp_err err = open_nic(gateway, dev);
	if (err != LP_OK)
		return err;
	return lp_rawif_set_remote_macs(*dev, macs,
					lp_cam_list(gateway->cam, macs, LP_ARRAY_COUNT(macs)));
}

static const struct lp_host_ops host_ops = {
	.check_up = check_up,
	.check_down = check_down,
	.on_welcome = on_welcome,
	.on_lost = on_lost,
	.on_peer_joined = on_peer_joined,
	.on_peer_left = on_peer_left,
	.on_device_lost = on_device_lost,
	.reopen = reopen,
	.on_second = on_second,
};

/* --- life --- */

static void gateway_free(void *state)
{
	struct lp_gateway *gateway = state;
	lp_host_free(gateway->host);
	lp_cam_free(gateway->cam);
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
	enum lp_err err = open_nic(gateway, &nic);
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
	if (err == LP_OK)
		err = lp_privs_drop(gateway->conf->user, LP_PRIVS_RAW);
	return err;
}

static enum lp_err start(struct lp_loop *loop, const struct lp_conf *conf, void **state)
{
	struct lp_gateway *gateway = lp_alloc(sizeof(*gateway));
	char mac[LP_MAC_TEXT_LEN];
	gateway->loop = loop;
	gateway->conf = conf;
	gateway->cam = lp_cam_new();
	gateway->started_ns = lp_loop_now(loop)->mono_ns;
	enum lp_err err = open_all(gateway);
	if (err != LP_OK) {
		gateway_free(gateway);
		return err;
	}
	lp_info(LOG, "%s, MAC %s; connecting to %s, room \"%s\"", conf->gateway.interface,
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
	(void)state, (void)conf, (void)why, (void)why_len;
	lp_warn(LOG, "a gateway takes a new log level at a reload; everything else at a restart");
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
		},
};
