/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The role client: a player's PC. TAP <-> session, and the rules for what may pass between them.
 */

#include "base/log.h"
#include "base/mem.h"
#include "client/client_filter.h"
#include "client/client_impl.h"
#include "role.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG "client"

/* --- frames --- */

static const struct lp_policy *policy_of(const struct lp_client *client)
{
	return lp_session_policy(lp_host_session(client->host));
}

static enum lp_verdict check_up(void *user, const uint8_t *frame, size_t len, uint64_t now)
{
	struct lp_client *client = user;
	enum lp_verdict verdict =
		lp_client_filter_up(&client->gate, policy_of(client), frame, len, now);
	uint8_t told[LP_ETHER_WIRE_MIN];
	if (verdict == LP_VERDICT_LOOP &&
	    lp_client_filter_tell(&client->gate, frame, len, told, now))
		lp_host_offer(client->host, told, sizeof(told));
	return verdict;
}

static enum lp_verdict check_down(void *user, const struct lp_frame *frame, uint64_t now)
{
	struct lp_client *client = user;
	return lp_client_filter_down(&client->gate, policy_of(client), frame->data, frame->len,
				     now);
}

/* --- what happens to the session --- */

static void on_connecting(void *user, const struct lp_addr *relay, uint64_t now)
{
	(void)now;
	lp_client_network_connecting(user, relay);
}

static void on_welcome(void *user, const struct lp_welcome *welcome, uint64_t now)
{
	struct lp_client *client = user;
	(void)now;
	lp_info(LOG, "in room \"%s\" as peer %u, MTU %u; %s", welcome->room, welcome->peer_id,
		welcome->mtu,
		welcome->gateway_present ? "the party's LAN is connected"
					 : "no gateway yet: the party's LAN is not connected");
	client->welcome = *welcome;
	lp_client_network_begin(client);
}

/* The TAP stays up: programs on this PC see a silent network for a moment, not a lost one. */
static void on_lost(void *user, const char *why, uint64_t now)
{
	(void)why, (void)now;
	lp_info(LOG, "not in the room for now; the TAP stays up");
	lp_client_network_lost(user);
}

/* The session logs who it was; what it means for the player is found out by the next diagnosis. */
static void on_peer_joined(void *user, const struct lp_session_peer *peer, uint64_t now)
{
	(void)peer;
	lp_client_log(user, now);
}

static void on_peer_left(void *user, const struct lp_session_peer *peer, const char *reason,
			 uint64_t now)
{
	(void)user, (void)peer, (void)reason, (void)now;
}

/* --- the TAP --- */

static enum lp_err open_tap(struct lp_client *client, struct lp_framedev **tap)
{
	enum lp_err err = lp_tap_open(client->conf->client.tap, &client->mac, tap);
	if (err != LP_OK)
		return err;
	err = lp_tap_query(*tap, &client->tap);
	if (err != LP_OK)
		(*tap)->ops->close(*tap);
	return err;
}

static void on_device_lost(void *user, enum lp_err err)
{
	struct lp_client *client = user;
	lp_client_network_end(client);
	lp_error(LOG, "the TAP %s failed (%s): trying to open it again every second",
		 client->conf->client.tap, lp_err_text(err));
}

static enum lp_err reopen(void *user, struct lp_framedev **dev)
{
	struct lp_client *client = user;
	return open_tap(client, dev);
}

static void on_second(void *user, uint64_t now)
{
	lp_client_network_second(user, now);
	lp_client_log(user, now);
}

static const struct lp_host_ops host_ops = {
	.check_up = check_up,
	.check_down = check_down,
	.on_connecting = on_connecting,
	.on_welcome = on_welcome,
	.on_lost = on_lost,
	.on_peer_joined = on_peer_joined,
	.on_peer_left = on_peer_left,
	.on_device_lost = on_device_lost,
	.reopen = reopen,
	.on_second = on_second,
};

/* --- life --- */

static void client_free(void *state)
{
	struct lp_client *client = state;
	lp_client_network_close(client);
	lp_host_free(client->host);
	lp_client_filter_fini(&client->gate);
	lp_store_close(client->store);
	free(client);
}

static enum lp_err open_all(struct lp_client *client)
{
	struct lp_framedev *tap;
	enum lp_err err = lp_store_open(client->conf->state_dir, &client->store);
	if (err == LP_OK)
		err = lp_client_network_open(client);
	if (err == LP_OK)
		err = lp_client_identity(client->store, client->conf->client.mac, &client->mac);
	client->gate.mac = client->mac;
	if (err == LP_OK)
		err = open_tap(client, &tap);
	if (err != LP_OK)
		return err;
	struct lp_host_config config = {
		.role = LP_ROLE_CLIENT,
		.conf = &client->conf->client.session,
		.store = client->store,
		.has_mac = true,
		.mac = client->mac,
	};
	err = lp_host_start(client->loop, &config, tap, &host_ops, client, &client->host);
	if (err == LP_OK)
		err = lp_client_network_start(client);
	if (err == LP_OK)
		err = lp_store_drop_privs(client->store, client->conf->user, LP_PRIVS_NET);
	return err;
}

static enum lp_err start(struct lp_loop *loop, const struct lp_conf *conf, void **state)
{
	struct lp_client *client = lp_alloc(sizeof(*client));
	char mac[LP_MAC_TEXT_LEN];
	client->loop = loop;
	client->conf = conf;
	client->started_ns = lp_loop_now(loop)->mono_ns;
	enum lp_err err = open_all(client);
	if (err != LP_OK) {
		client_free(client);
		return err;
	}
	lp_info(LOG, "TAP %s, MAC %s; connecting to %s, room \"%s\"", client->tap.name,
		lp_mac_format(&client->mac, mac), conf->client.session.relay,
		conf->client.session.room);
	*state = client;
	return LP_OK;
}

static void stop(void *state, void (*on_stopped)(void *arg), void *arg)
{
	struct lp_client *client = state;
	lp_host_stop(client->host, on_stopped, arg);
}

static enum lp_err reload(void *state, const struct lp_conf *conf, char *why, size_t why_len)
{
	(void)state, (void)conf, (void)why, (void)why_len; /* none of its own keys */
	return LP_OK;
}

const struct lp_role lp_client_role = {
	.start = start,
	.stop = stop,
	.reload = reload,
	.free = client_free,
	.admin =
		{
			.status = lp_client_status,
			.peers = lp_client_peers,
			.stats = lp_client_stats,
			.drops = lp_client_drops,
			.frame_log = lp_client_frame_log,
		},
};
