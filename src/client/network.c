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

#define CHECK_EVERY_NS (5 * LP_NS_PER_S)
#define CHECK_APART_NS (100 * LP_NS_PER_MS) /* when changes come thick and fast */
#define HURRY_APART_NS LP_NS_PER_S
#define RETRY_NS       (10 * LP_NS_PER_S) /* of settings that were refused */

/* --- media --- */

/* A cable into a loop is better out: each packet to the relay would become another one. */
static void set_media(struct lp_client *client)
{
	struct lp_framedev *tap = lp_host_device(client->host);
	struct lp_relay_route_facts relay_route;
	if (!tap || tap != client->ready_tap)
		return;
	lp_relay_route_read_facts(client->relay_route, &relay_route);
	bool is_up = relay_route.state != LP_RELAY_ROUTE_THROUGH_TAP;
	if (is_up == client->is_media_up)
		return;
	if (!is_up)
		lp_error(LOG, "the route to the relay leads into the tunnel itself: the TAP stays "
			      "down until it does not");
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

static void check_network(struct lp_client *client)
{
	struct lp_relay_route_facts relay_route;
	uint64_t now = lp_loop_now(client->loop)->mono_ns;
	client->checked_ns = now;
	bool is_other = lp_relay_route_check(client->relay_route);
	lp_relay_route_read_facts(client->relay_route, &relay_route);
	lp_tapnet_check(client->tapnet, &relay_route.route, now);
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
	struct lp_relay_route_facts relay_route;
	uint64_t now = lp_loop_now(client->loop)->mono_ns;
	lp_relay_route_read_facts(client->relay_route, &relay_route);
	lp_session_read_status(lp_host_session(client->host), &session);
	if (relay_route.state != LP_RELAY_ROUTE_UNKNOWN || !session.last_error[0] ||
	    (session.state != LP_SESSION_WAITING && session.state != LP_SESSION_RESOLVING) ||
	    now - client->hurried_ns < HURRY_APART_NS)
		return;
	client->hurried_ns = now;
	lp_host_reconnect(client->host, "the network has changed: connecting anew");
}

static void on_check_time(void *arg)
{
	struct lp_client *client = arg;
	check_network(client);
	hurry(client);
}

/* The first change is looked at at once, those right behind it together. */
static void on_change(void *arg)
{
	struct lp_client *client = arg;
	uint64_t now = lp_loop_now(client->loop)->mono_ns;
	if (now - client->checked_ns >= CHECK_APART_NS)
		on_check_time(client);
	else
		lp_timer_set(client->check_timer, client->checked_ns + CHECK_APART_NS);
}

void lp_client_network_second(struct lp_client *client, uint64_t now)
{
	/* A TAP that was opened anew has no settings and no media yet. */
	if (lp_host_device(client->host) != client->ready_tap && now >= client->retry_ns)
		lp_client_network_begin(client);
	if (now - client->checked_ns >= CHECK_EVERY_NS)
		check_network(client);
}

/* --- the way in and out --- */

void lp_client_network_connecting(struct lp_client *client, const struct lp_addr *relay)
{
	lp_relay_route_set_relay(client->relay_route, relay);
	if (lp_relay_route_check(client->relay_route))
		lp_debug(LOG, "packets to the relay go another way now");
}

void lp_client_network_begin(struct lp_client *client)
{
	struct lp_framedev *tap = lp_host_device(client->host);
	if (!tap || client->welcome.mtu == 0)
		return;
	client->ready_tap = NULL;
	lp_relay_route_set_tap(client->relay_route, client->tap.ifindex);
	find_overlap(client);
	lp_client_log_overlap(client);
	if (lp_session_is_up(lp_host_session(client->host)))
		lp_relay_route_begin(client->relay_route);
	bool is_other = lp_relay_route_check(client->relay_route); /* we have just come by it */
	(void)is_other;
	if (lp_tapnet_begin(client->tapnet, client->tap.ifindex, client->welcome.mtu) == LP_OK) {
		client->ready_tap = tap;
		set_media(client);
	} else {
		lp_error(LOG, "cannot set up the TAP %s: no frame passes until it is",
			 client->conf->client.tap);
		client->retry_ns = lp_loop_now(client->loop)->mono_ns + RETRY_NS;
	}
	check_network(client);
	if (lp_tap_query(tap, &client->tap) != LP_OK)
		lp_warn(LOG, "cannot ask the TAP %s for its settings", client->conf->client.tap);
}

void lp_client_network_lost(struct lp_client *client)
{
	lp_relay_route_end(client->relay_route);
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
	enum lp_err err = lp_journal_open(client->store, &lp_netos_system, &client->journal);
	if (err != LP_OK)
		return err;
	client->relay_route = lp_relay_route_new(client->journal, has_routes);
	client->tapnet = lp_tapnet_new(client->journal, has_routes);
	return LP_OK;
}

enum lp_err lp_client_network_start(struct lp_client *client)
{
	lp_relay_route_set_tap(client->relay_route, client->tap.ifindex);
	client->check_timer = lp_timer_new(client->loop, on_check_time, client);
	return lp_netcfg_watch(lp_loop_watcher(client->loop), on_change, client, &client->watch);
}

void lp_client_network_close(struct lp_client *client)
{
	lp_netcfg_unwatch(client->watch);
	if (client->check_timer)
		lp_timer_free(client->check_timer);
	if (client->host && client->is_media_up && lp_host_device(client->host) &&
	    lp_tap_set_media(lp_host_device(client->host), false) != LP_OK)
		lp_debug(LOG, "the TAP cannot be taken off");
	lp_tapnet_free(client->tapnet);
	lp_relay_route_free(client->relay_route);
	lp_journal_close(client->journal);
}
