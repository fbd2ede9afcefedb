/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* What a player is told: short sentences from what was measured (O4, O5), and the numbers. */

#include "base/mem.h"
#include "client/client_impl.h"
#include "platform/netcfg.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void say(struct lp_admin_status *status, enum lp_admin_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void say(struct lp_admin_status *status, enum lp_admin_level level, const char *format, ...)
{
	if (status->line_count == LP_ADMIN_LINES_MAX)
		return;
	struct lp_admin_line *line = &status->lines[status->line_count++];
	va_list args;
	va_start(args, format);
	vsnprintf(line->text, sizeof(line->text), format, args);
	va_end(args);
	line->level = level;
}

static bool is_link_local(const struct lp_prefix *prefix)
{
	const uint8_t *ip = prefix->addr.ip;
	if (prefix->addr.family == LP_ADDR_IP4)
		return ip[0] == 169 && ip[1] == 254;
	return ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80;
}

/* The addresses of the TAP, and the one a player would name: IPv4, not link-local (W19). */
static bool read_addresses(const struct lp_client *client, struct lp_admin_status *status,
			   char best[LP_ADDR_TEXT_LEN])
{
	struct lp_prefix addrs[LP_NETCFG_ADDRS_MAX];
	size_t count = 0;
	size_t len = 0;
	best[0] = '\0';
	if (lp_netcfg_addresses(client->tap.ifindex, addrs, &count) != LP_OK)
		return false;
	for (size_t i = 0; i < count; i++) {
		char text[LP_ADDR_TEXT_LEN];
		lp_prefix_format(&addrs[i], text);
		int written = snprintf(status->addresses + len, sizeof(status->addresses) - len,
				       "%s%s", len > 0 ? " " : "", text);
		if (written > 0 && len + (size_t)written < sizeof(status->addresses))
			len += (size_t)written;
		if (!best[0] && addrs[i].addr.family == LP_ADDR_IP4 && !is_link_local(&addrs[i]))
			lp_addr_format_ip(&addrs[i].addr, best);
	}
	return best[0] != '\0';
}

static void say_connection(struct lp_admin_status *status)
{
	if (strcmp(status->state, "bridging") == 0)
		say(status, LP_ADMIN_GOOD, "connected to the relay %s, round trip %u.%u ms",
		    status->relay, status->rtt_us / 1000, status->rtt_us % 1000 / 100);
	else if (status->last_error[0])
		say(status, LP_ADMIN_BAD, "not connected: %.220s", status->last_error);
	else
		say(status, LP_ADMIN_NOTE, "connecting to the relay %s", status->relay);
}

static void say_party(struct lp_admin_status *status)
{
	if (status->gateway_present)
		say(status, LP_ADMIN_GOOD, "the party's LAN is connected");
	else
		say(status, LP_ADMIN_WARN,
		    "room \"%s\" has no gateway: only the other remote players are there",
		    status->room);
}

static void say_address(struct lp_admin_status *status, const char *best)
{
	if (best[0])
		say(status, LP_ADMIN_GOOD, "your address at the party is %s", best);
	else
		say(status, LP_ADMIN_WARN,
		    "no address on %s yet: run a DHCP client on it, or set one by hand",
		    status->device);
}

static void say_traffic(struct lp_admin_status *status)
{
	if (status->last_broadcast_rx_age_ms >= 0)
		say(status, LP_ADMIN_GOOD, "broadcasts of the party arrive, the last %lld s ago",
		    (long long)(status->last_broadcast_rx_age_ms / 1000));
	else
		say(status, LP_ADMIN_NOTE, "no broadcast of the party was heard yet");
}

void lp_client_status(void *user, struct lp_admin_status *status)
{
	struct lp_client *client = user;
	char best[LP_ADDR_TEXT_LEN];
	status->role = "client";
	status->uptime_ms =
		(lp_loop_now(client->loop)->mono_ns - client->started_ns) / LP_NS_PER_MS;
	lp_host_read_status(client->host, status);
	lp_strcopy(status->device, sizeof(status->device), client->tap.name);
	read_addresses(client, status, best);
	say_connection(status);
	if (strcmp(status->state, "bridging") != 0)
		return;
	say_party(status);
	say_address(status, best);
	say_traffic(status);
}

enum lp_err lp_client_peers(void *user, const char *room, struct lp_admin_peer **peers,
			    size_t *count)
{
	struct lp_client *client = user;
	(void)room;
	return lp_host_read_peers(client->host, peers, count);
}

enum lp_err lp_client_stats(void *user, struct lp_admin_counter **counters, size_t *count)
{
	struct lp_client *client = user;
	return lp_host_read_stats(client->host, counters, count);
}

enum lp_err lp_client_drops(void *user, const char *room, struct lp_admin_drop **drops,
			    size_t *count)
{
	struct lp_client *client = user;
	(void)room;
	return lp_host_read_drops(client->host, drops, count);
}
