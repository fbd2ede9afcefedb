/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The operating system's network around the TAP, in the order that keeps the relay in reach and the
 * internet at home (W3, W4): what a killed client left is put back; the TAP is configured with its
 * media down; the relay is found and has let us in; the way to it is pinned; MTU, metric and
 * default-route suppression; media up; the way is looked at again, and again whenever something
 * changes (W5).
 */

#include "base/log.h"
#include "base/mem.h"
#include "client/client_impl.h"

#define LOG "client"

#define LOOK_EVERY_NS  (5 * LP_NS_PER_S)
#define LOOK_APART_NS  (100 * LP_NS_PER_MS) /* when changes come thick and fast */
#define HURRY_APART_NS LP_NS_PER_S
#define RETRY_NS       (10 * LP_NS_PER_S) /* of settings that were refused */

/* --- media --- */

/* A cable into a loop is better out: each packet to the relay would become another one. */
static void set_media(struct lp_client *client)
{
	struct lp_framedev *tap = lp_host_device(client->host);
	struct lp_way_facts way;
	if (!tap || tap != client->ready_tap)
		return;
	lp_way_read_facts(client->way, &way);
	bool is_up = way.state != LP_WAY_THROUGH_TAP;
	if (is_up == client->is_media_up)
		return;
	if (!is_up)
		lp_error(LOG, "the route to the relay leads into the tunnel itself: the TAP is "
			      "taken off until it does not");
	if (lp_tap_set_media(tap, is_up) == LP_OK)
		client->is_media_up = is_up;
}

/* --- looking --- */

static void find_overlap(struct lp_client *client)
{
	client->has_overlap = lp_tapnet_overlaps(
		client->tapnet, client->tap.ifindex, client->welcome.lan_prefixes,
		client->welcome.lan_prefix_count, &client->party, &client->home);
}

void lp_client_look(struct lp_client *client)
{
	struct lp_way_facts way;
	uint64_t now = lp_loop_now(client->loop)->mono_ns;
	client->looked_ns = now;
	bool is_other = lp_way_check(client->way);
	lp_way_read_facts(client->way, &way);
	lp_tapnet_check(client->tapnet, &way.route, now);
	find_overlap(client);
	set_media(client);
	if (is_other)
		lp_host_reconnect(client->host,
				  "packets to the relay go another way now: connecting anew");
}

/* Where there was no network at all, there was no name server either: it may answer now. */
static void hurry(struct lp_client *client)
{
	struct lp_session_status session;
	struct lp_way_facts way;
	uint64_t now = lp_loop_now(client->loop)->mono_ns;
	lp_way_read_facts(client->way, &way);
	lp_session_read_status(lp_host_session(client->host), &session);
	if (way.state != LP_WAY_UNKNOWN || !session.last_error[0] ||
	    (session.state != LP_SESSION_WAITING && session.state != LP_SESSION_RESOLVING) ||
	    now - client->hurried_ns < HURRY_APART_NS)
		return;
	client->hurried_ns = now;
	lp_host_reconnect(client->host, "the network has changed: connecting anew");
}

static void on_look_time(void *arg)
{
	struct lp_client *client = arg;
	lp_client_look(client);
	hurry(client);
}

/* The first change is looked at at once, those right behind it together. */
static void on_change(void *arg)
{
	struct lp_client *client = arg;
	uint64_t now = lp_loop_now(client->loop)->mono_ns;
	if (now - client->looked_ns >= LOOK_APART_NS)
		on_look_time(client);
	else
		lp_timer_set(client->look_timer, client->looked_ns + LOOK_APART_NS);
}

void lp_client_network_second(struct lp_client *client, uint64_t now)
{
	/* A TAP that was opened anew has no settings and no media yet. */
	if (lp_host_device(client->host) != client->ready_tap && now >= client->retry_ns)
		lp_client_network_begin(client);
	if (now - client->looked_ns >= LOOK_EVERY_NS)
		lp_client_look(client);
}

/* --- the way in and out --- */

void lp_client_network_connecting(struct lp_client *client, const struct lp_addr *relay)
{
	lp_way_set_relay(client->way, relay);
	if (lp_way_check(client->way))
		lp_debug(LOG, "packets to the relay go another way now");
}

void lp_client_network_begin(struct lp_client *client)
{
	struct lp_framedev *tap = lp_host_device(client->host);
	if (!tap || client->welcome.mtu == 0)
		return;
	client->ready_tap = NULL;
	lp_way_set_tap(client->way, client->tap.ifindex);
	find_overlap(client);
	lp_client_log_overlap(client);
	if (lp_session_is_up(lp_host_session(client->host)))
		lp_way_begin(client->way);
	bool is_other = lp_way_check(client->way); /* we have just come by it */
	(void)is_other;
	if (lp_tapnet_begin(client->tapnet, client->tap.ifindex, client->welcome.mtu) == LP_OK) {
		client->ready_tap = tap;
		set_media(client);
	} else {
		lp_error(LOG, "cannot set up the TAP %s: no frame passes until it is",
			 client->conf->client.tap);
		client->retry_ns = lp_loop_now(client->loop)->mono_ns + RETRY_NS;
	}
	lp_client_look(client);
	if (lp_tap_query(tap, &client->tap) != LP_OK)
		lp_warn(LOG, "cannot ask the TAP %s for its settings", client->conf->client.tap);
}

void lp_client_network_lost(struct lp_client *client)
{
	lp_way_end(client->way);
}

void lp_client_network_end(struct lp_client *client)
{
	client->ready_tap = NULL;
	client->is_media_up = false;
	client->retry_ns = 0;
	lp_tapnet_end(client->tapnet);
}

/* --- life --- */

enum lp_err lp_client_network_open(struct lp_client *client)
{
	bool has_routes = client->conf->client.routes;
	enum lp_err err = lp_changes_open(client->store, &lp_netos_system, &client->changes);
	if (err != LP_OK)
		return err;
	client->way = lp_way_new(client->changes, has_routes);
	client->tapnet = lp_tapnet_new(client->changes, has_routes);
	return LP_OK;
}

enum lp_err lp_client_network_start(struct lp_client *client)
{
	lp_way_set_tap(client->way, client->tap.ifindex);
	client->look_timer = lp_timer_new(client->loop, on_look_time, client);
	return lp_netcfg_watch(lp_loop_watcher(client->loop), on_change, client, &client->watch);
}

void lp_client_network_close(struct lp_client *client)
{
	lp_netcfg_unwatch(client->watch);
	if (client->look_timer)
		lp_timer_free(client->look_timer);
	if (client->host && client->is_media_up && lp_host_device(client->host) &&
	    lp_tap_set_media(lp_host_device(client->host), false) != LP_OK)
		lp_debug(LOG, "the TAP cannot be taken off");
	lp_tapnet_free(client->tapnet);
	lp_way_free(client->way);
	lp_changes_close(client->changes);
}
