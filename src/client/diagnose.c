/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "client/diagnose.h"

#include "client/refusal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SILENCE_MS	 15000	/* longer than any keep-alive takes */
#define NO_BROADCAST_MS	 120000 /* never */
#define QUIC_PACKET_LEN	 1228	/* the least that QUIC needs, with IPv4 */
#define QUIET_MS	 300000 /* not any more */
#define DROPS_MIN	 100
#define REFUSALS_MAX	 3
#define DROPS_WARN_SHARE 100 /* one in so many */

struct report {
	struct lp_finding *out;
	size_t count;
};

static void say(struct report *report, enum lp_admin_level level, const char *format, ...)
	LP_PRINTF(3, 4);

static void say(struct report *report, enum lp_admin_level level, const char *format, ...)
{
	if (report->count == LP_ADMIN_LINES_MAX)
		return;
	struct lp_finding *finding = &report->out[report->count++];
	va_list args;
	va_start(args, format);
	vsnprintf(finding->line.text, sizeof(finding->line.text), format, args);
	va_end(args);
	finding->line.level = level;
	finding->kind = format;
}

#define AGE_TEXT_LEN 24

/* "5 s", "3 min", "2 h" */
static const char *age(int64_t ms, char text[AGE_TEXT_LEN])
{
	long long s = ms / 1000;
	if (s < 120)
		snprintf(text, AGE_TEXT_LEN, "%lld s", s);
	else if (s < 7200)
		snprintf(text, AGE_TEXT_LEN, "%lld min", s / 60);
	else
		snprintf(text, AGE_TEXT_LEN, "%lld h", s / 3600);
	return text;
}

/* --- the relay, and the way to it --- */

static void say_no_way(struct report *report, const struct lp_client_facts *facts)
{
	bool is_ip6 = facts->relay_addr.family == LP_ADDR_IP6;
	char addr[LP_ADDR_TEXT_LEN];
	if (!facts->has_ip4 && !facts->has_ip6)
		say(report, LP_ADMIN_BAD,
		    "not connected: this PC has no network: is its cable in, or its Wi-Fi on?");
	else if (facts->relay_addr.scope_id != 0)
		say(report, LP_ADMIN_BAD,
		    "not connected: the relay %.100s is a neighbour on one interface, which is "
		    "down or gone: is its cable in?",
		    facts->relay);
	else if (is_ip6 ? !facts->has_ip6 : !facts->has_ip4)
		say(report, LP_ADMIN_BAD,
		    "not connected: the relay %.100s has the IPv%c address %s, and this network is "
		    "IPv%c only: ask its admin for the other kind",
		    facts->relay, is_ip6 ? '6' : '4', lp_addr_format_ip(&facts->relay_addr, addr),
		    is_ip6 ? '4' : '6');
	else
		say(report, LP_ADMIN_BAD,
		    "not connected: no route leads to the relay at %s: is this network's router "
		    "on, and connected to the internet?",
		    lp_addr_format_ip(&facts->relay_addr, addr));
}

/* What this PC can tell of itself is better than what it looks like from the relay's end. */
static bool say_own_fault(struct report *report, const struct lp_client_facts *facts)
{
	if (facts->relay_route.state == LP_RELAY_ROUTE_NONE)
		say_no_way(report, facts);
	else if (facts->is_unanswered && facts->has_refused)
		say(report, LP_ADMIN_BAD,
		    "not connected: this PC blocks packets to the relay %.100s: allow UDP to port "
		    "%u in its firewall",
		    facts->relay, facts->relay_addr.port);
	else if (facts->is_unanswered && facts->has_too_large)
		say(report, LP_ADMIN_BAD,
		    "not connected: the path to the relay %.100s does not carry packets of %d "
		    "bytes: raise the MTU of this network, or of the VPN, to at least 1280",
		    facts->relay, QUIC_PACKET_LEN);
	return report->count > 0;
}

static void say_relay(struct report *report, const struct lp_client_facts *facts)
{
	char text[AGE_TEXT_LEN];
	if (facts->is_stopping)
		say(report, LP_ADMIN_NOTE, "leaving the room");
	else if (facts->is_up && facts->last_rx_age_ms > SILENCE_MS)
		say(report, LP_ADMIN_WARN, "the relay %.100s has been silent for %s", facts->relay,
		    age(facts->last_rx_age_ms, text));
	else if (facts->is_up)
		say(report, LP_ADMIN_GOOD, "connected to the relay %.100s, round trip %u.%u ms",
		    facts->relay, facts->rtt_us / 1000, facts->rtt_us % 1000 / 100);
	else if (say_own_fault(report, facts))
		return;
	else if (facts->last_error[0])
		say(report, LP_ADMIN_BAD, "not connected: %.256s", facts->last_error);
	else
		say(report, LP_ADMIN_NOTE, "connecting to the relay %.100s", facts->relay);
}

static void say_way(struct report *report, const struct lp_client_facts *facts)
{
	char text[LP_RELAY_ROUTE_TEXT_LEN];
	switch (facts->relay_route.state) {
	case LP_RELAY_ROUTE_THROUGH_TAP:
		say(report, LP_ADMIN_BAD,
		    "the route to the relay leads into the tunnel itself: remove the route that "
		    "%.60s has to it, or set client.routes = true",
		    facts->device);
		break;
	case LP_RELAY_ROUTE_FREE:
		if (facts->is_up && facts->has_routes)
			say(report, LP_ADMIN_WARN,
			    "the route to the relay is not pinned: the log says why");
		break;
	case LP_RELAY_ROUTE_ON_LINK:
	case LP_RELAY_ROUTE_PINNED:
	case LP_RELAY_ROUTE_REUSED:
		say(report, LP_ADMIN_GOOD, "the route to the relay is %s",
		    lp_relay_route_describe(&facts->relay_route, text));
		break;
	case LP_RELAY_ROUTE_UNKNOWN:
	case LP_RELAY_ROUTE_NONE:
	case LP_RELAY_ROUTE_LOCAL:
		break;
	}
}

/* --- the party --- */

static void say_gateway(struct report *report, const struct lp_client_facts *facts)
{
	if (facts->gateway_present && facts->is_lan_lost)
		say(report, LP_ADMIN_WARN,
		    "the gateway has lost the party's LAN: you reach only other remote players "
		    "until the organiser checks its cable, network card and switch");
	else if (facts->gateway_present)
		say(report, LP_ADMIN_GOOD, "the party's LAN is connected");
	else
		say(report, LP_ADMIN_WARN,
		    "room \"%.64s\" has no gateway: you reach only other remote players until the "
		    "organiser starts it",
		    facts->room);
}

static void say_networks(struct report *report, const struct lp_client_facts *facts)
{
	char party[LP_ADDR_TEXT_LEN], home[LP_ADDR_TEXT_LEN];
	if (!facts->has_overlap)
		return;
	say(report, LP_ADMIN_WARN,
	    "the party's network %s is also this PC's network %s: while you are in the room, its "
	    "addresses reach the party's PCs",
	    lp_prefix_format(&facts->party, party), lp_prefix_format(&facts->home, home));
}

/* --- the TAP --- */

static bool is_link_local(const struct lp_prefix *prefix)
{
	const uint8_t *ip = prefix->addr.ip;
	if (prefix->addr.family == LP_ADDR_IP4)
		return ip[0] == 169 && ip[1] == 254;
	return ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80;
}

static int rank(const struct lp_prefix *prefix)
{
	return (is_link_local(prefix) ? 2 : 0) + (prefix->addr.family == LP_ADDR_IP4 ? 0 : 1);
}

const struct lp_prefix *lp_diagnose_address(const struct lp_prefix *addrs, size_t addr_count)
{
	const struct lp_prefix *best = NULL;
	for (size_t i = 0; i < addr_count; i++) {
		if (!best || rank(&addrs[i]) < rank(best))
			best = &addrs[i];
	}
	return best;
}

static void say_address(struct report *report, const struct lp_client_facts *facts)
{
	const struct lp_prefix *best = lp_diagnose_address(facts->addrs, facts->addr_count);
	char text[LP_ADDR_TEXT_LEN];
	if (best && rank(best) < 2)
		say(report, LP_ADMIN_GOOD, "your address at the party is %s",
		    lp_addr_format_ip(&best->addr, text));
	else if (best && best->addr.family == LP_ADDR_IP4)
		say(report, LP_ADMIN_WARN,
		    "no DHCP server has answered on %.60s: your address %s reaches only PCs "
		    "without one, too",
		    facts->device, lp_addr_format_ip(&best->addr, text));
	else
		say(report, LP_ADMIN_WARN,
		    "no address on %.60s yet: run a DHCP client on it, or set one by hand",
		    facts->device);
}

static void say_broadcast(struct report *report, const struct lp_client_facts *facts)
{
	char rx[AGE_TEXT_LEN], tx[AGE_TEXT_LEN];
	bool has_rx = facts->broadcast_rx_age_ms >= 0, has_tx = facts->broadcast_tx_age_ms >= 0;
	int64_t quiet_ms = has_rx ? facts->broadcast_rx_age_ms : facts->session_age_ms;
	if (facts->has_routes && facts->addr_count > 0 && !facts->has_broadcast_route &&
	    rank(lp_diagnose_address(facts->addrs, facts->addr_count)) == 0)
		say(report, LP_ADMIN_WARN,
		    "game broadcasts of this PC do not reach the party: the log says why");
	else if (facts->gateway_present && !facts->is_lan_lost &&
		 quiet_ms > (has_rx ? QUIET_MS : NO_BROADCAST_MS))
		say(report, LP_ADMIN_WARN,
		    "no broadcast from the party for %s: is the gateway's cable in, and in "
		    "the right network?",
		    age(quiet_ms, rx));
	else if (has_rx && has_tx)
		say(report, LP_ADMIN_GOOD,
		    "broadcasts of the party arrive, the last %s ago; ours leave, the last %s ago",
		    age(facts->broadcast_rx_age_ms, rx), age(facts->broadcast_tx_age_ms, tx));
	else if (has_rx)
		say(report, LP_ADMIN_GOOD,
		    "broadcasts of the party arrive, the last %s ago; this PC has sent none",
		    age(facts->broadcast_rx_age_ms, rx));
	else
		say(report, LP_ADMIN_NOTE, "no broadcast from the party yet");
}

static void say_drops(struct report *report, const struct lp_client_facts *facts)
{
	if (facts->removed_default_routes > 0)
		say(report, LP_ADMIN_NOTE,
		    "default routes were removed from %.60s (%u): its DHCP client should take "
		    "none",
		    facts->device, facts->removed_default_routes);
	if (facts->drop_reason && facts->drops >= DROPS_MIN &&
	    facts->drops >= facts->frames / DROPS_WARN_SHARE)
		say(report, LP_ADMIN_NOTE,
		    "%llu of %llu frames were dropped, most for %.40s: see lanpartyctl drops",
		    (unsigned long long)facts->drops, (unsigned long long)facts->frames,
		    facts->drop_reason);
}

/* There is a better sentence for the whole state that the drop only follows from. */
static bool is_said_already(const struct lp_client_facts *facts,
			    const struct lp_admin_refusal *refusal)
{
	bool has_other_mac = facts->device_mac[0] && strcmp(facts->device_mac, facts->mac) != 0;
	if (strcmp(refusal->reason, "loop") == 0)
		return facts->is_looped;
	return has_other_mac && strcmp(refusal->reason, "source_mac") == 0 &&
	       strcmp(refusal->example, facts->device_mac) == 0;
}

/* The three that say most: what stops a game stands before what filters are there for. */
static void say_refusals(struct report *report, const struct lp_client_facts *facts)
{
	const struct lp_admin_refusal *chosen[REFUSALS_MAX];
	size_t count =
		lp_refusal_choose(facts->dropped, facts->dropped_count, chosen, REFUSALS_MAX);
	for (size_t i = 0; i < count && report->count < LP_ADMIN_LINES_MAX; i++) {
		if (!is_said_already(facts, chosen[i]))
			lp_refusal_describe(chosen[i], &report->out[report->count++]);
	}
}

/* --- all --- */

size_t lp_diagnose(const struct lp_client_facts *facts, struct lp_finding out[LP_ADMIN_LINES_MAX])
{
	struct report report = {.out = out};
	say_relay(&report, facts);
	if (!facts->has_device)
		say(&report, LP_ADMIN_BAD,
		    "the TAP %.60s is gone: trying to open it again every second", facts->device);
	if (!facts->is_stopping)
		say_way(&report, facts);
	if (!facts->is_up)
		return report.count;
	say_gateway(&report, facts);
	say_networks(&report, facts);
	if (facts->is_looped)
		say(&report, LP_ADMIN_BAD,
		    "%.60s is bridged with a network card that is on the party's LAN, a loop: "
		    "nothing passes until the bridge is removed",
		    facts->device);
	if (facts->has_device && !facts->is_device_ready) {
		say(&report, LP_ADMIN_BAD,
		    "%.60s could not be set up, and nothing passes: the log says why",
		    facts->device);
	} else if (facts->has_device && facts->device_mac[0] &&
		   strcmp(facts->device_mac, facts->mac) != 0) {
		say(&report, LP_ADMIN_BAD,
		    "somebody has given %.60s the MAC address %.20s: nothing that it sends passes "
		    "until it has %.20s again",
		    facts->device, facts->device_mac, facts->mac);
	} else if (facts->has_device) {
		say_address(&report, facts);
		say_broadcast(&report, facts);
	}
	say_refusals(&report, facts);
	say_drops(&report, facts);
	return report.count;
}

bool lp_diagnose_way(const struct lp_client_facts *facts, struct lp_finding *out)
{
	struct report report = {.out = out};
	return !facts->is_up && !facts->is_stopping && say_own_fault(&report, facts);
}

bool lp_diagnose_networks(const struct lp_client_facts *facts, struct lp_finding *out)
{
	struct report report = {.out = out};
	say_networks(&report, facts);
	return report.count > 0;
}

static bool is_among(const struct lp_finding *finding, const struct lp_finding *list, size_t count)
{
	while (count > 0 && strcmp(list[count - 1].kind, finding->kind) != 0)
		count--;
	return count > 0;
}

void lp_diagnose_news(const struct lp_finding *before, size_t before_count,
		      const struct lp_finding *now, size_t now_count,
		      void (*on_new)(void *user, const struct lp_admin_line *line), void *user)
{
	for (size_t i = 0; i < now_count; i++) {
		if (!is_among(&now[i], before, before_count))
			on_new(user, &now[i].line);
	}
}
