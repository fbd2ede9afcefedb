/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* What was measured, put together for diagnose.c; and who is told: admins, and the log (W18-W20).
 */

#include "base/log.h"
#include "base/mem.h"
#include "client/client_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LOG "client"

#define PREFIXES_MAX	 64
#define SUMMARY_EVERY_NS (300 * LP_NS_PER_S)

/* --- facts --- */

struct report {
	struct lp_client_facts facts;
	char device_mac[LP_NETCFG_HARDWARE_LEN]; /* what facts say of it */
};

/* Frames before we were in the room are dropped as they must be: not of interest. */
static void count_drops(const struct lp_client *client, struct lp_client_facts *facts)
{
	struct lp_ledger both = {0};
	uint64_t most = 0;
	lp_ledger_add(&both, lp_session_up(lp_host_session(client->host)));
	lp_ledger_add(&both, lp_session_down(lp_host_session(client->host)));
	facts->frames = both.frames_in - both.frames[LP_VERDICT_NOT_BRIDGING];
	for (enum lp_verdict i = LP_VERDICT_FORWARD + 1; i < LP_VERDICT__COUNT; i++) {
		uint64_t hits = both.frames[i] + both.copies[i];
		if (i == LP_VERDICT_NOT_BRIDGING)
			continue;
		facts->drops += hits;
		if (hits > most)
			facts->drop_reason = lp_verdict_name(i);
		most = LP_MAX(most, hits);
	}
}

/* Asked only where it is of interest: the whole list of addresses is read for it. */
static void find_networks(const struct lp_client *client, struct lp_client_facts *facts)
{
	struct lp_prefix homes[PREFIXES_MAX];
	size_t count;
	if (facts->relay_route.state != LP_RELAY_ROUTE_NONE ||
	    lp_journal_os(client->journal)
			    ->local_prefixes(client->tap.ifindex, homes, PREFIXES_MAX, &count) !=
		    LP_OK)
		return;
	for (size_t i = 0; i < count; i++) {
		facts->has_ip4 |= homes[i].addr.family == LP_ADDR_IP4;
		facts->has_ip6 |= homes[i].addr.family == LP_ADDR_IP6;
	}
}

/* The status has the facts of the session already. */
static void gather(const struct lp_client *client, const struct lp_admin_status *status,
		   struct report *report)
{
	struct lp_client_facts *facts = &report->facts;
	struct lp_session_status session;
	struct lp_host_losses losses;
	lp_session_read_status(lp_host_session(client->host), &session);
	lp_host_read_losses(client->host, &losses);
	if (!lp_journal_os(client->journal)->hardware(client->tap.ifindex, report->device_mac))
		report->device_mac[0] = '\0';
	enum lp_session_state state = session.state;
	*facts = (struct lp_client_facts){
		.relay = status->relay,
		.room = status->room,
		.device = client->tap.name,
		.last_error = status->last_error,
		.is_up = state == LP_SESSION_UP,
		.is_unanswered = session.is_unanswered,
		.has_refused = losses.refused > 0,
		.has_too_large = losses.too_large > 0,
		.is_stopping = state == LP_SESSION_STOPPING || state == LP_SESSION_STOPPED,
		.gateway_present = status->gateway_present,
		.is_lan_lost = session.is_lan_lost,
		.mac = status->mac,
		.device_mac = report->device_mac,
		.has_device = lp_host_device(client->host) != NULL,
		.is_device_ready = lp_host_device(client->host) == client->ready_tap,
		.has_routes = client->conf->client.routes,
		.has_broadcast_route = lp_tapnet_has_broadcast(client->tapnet),
		.rtt_us = status->rtt_us,
		.session_age_ms = status->session_age_ms,
		.last_rx_age_ms = status->last_rx_age_ms,
		.broadcast_rx_age_ms = status->last_broadcast_rx_age_ms,
		.broadcast_tx_age_ms = status->last_broadcast_tx_age_ms,
		.relay_addr = session.relay_addr,
		.removed_default_routes = lp_tapnet_removed(client->tapnet),
		.is_looped = lp_client_filter_is_stopped(&client->gate,
							 lp_loop_now(client->loop)->mono_ns),
		.has_overlap = client->has_overlap,
		.party = client->party,
		.home = client->home,
		.dropped = status->dropped,
		.dropped_count = status->dropped_count,
	};
	lp_relay_route_read_facts(client->relay_route, &facts->relay_route);
	find_networks(client, facts);
	facts->addrs = lp_tapnet_addresses(client->tapnet, &facts->addr_count);
	count_drops(client, facts);
}

static void list_addresses(const struct lp_client_facts *facts, char *text, size_t text_len)
{
	size_t len = 0;
	for (size_t i = 0; i < facts->addr_count; i++) {
		char prefix[LP_ADDR_TEXT_LEN];
		int written = snprintf(text + len, text_len - len, "%s%s", len > 0 ? " " : "",
				       lp_prefix_format(&facts->addrs[i], prefix));
		if (written > 0 && len + (size_t)written < text_len)
			len += (size_t)written;
	}
	text[len] = '\0';
}

/* --- the control socket --- */

static void read_status(const struct lp_client *client, struct lp_admin_status *status,
			struct report *report)
{
	status->role = "client";
	status->uptime_ms =
		(lp_loop_now(client->loop)->mono_ns - client->started_ns) / LP_NS_PER_MS;
	lp_host_read_status(client->host, status);
	lp_strcopy(status->device, sizeof(status->device), client->tap.name);
	gather(client, status, report);
	list_addresses(&report->facts, status->addresses, sizeof(status->addresses));
	lp_relay_route_describe(&report->facts.relay_route, status->route);
}

/* A question: what it finds is what is, and it changes nothing. */
void lp_client_status(void *user, struct lp_admin_status *status)
{
	const struct lp_client *client = user;
	struct report report;
	struct lp_finding findings[LP_ADMIN_LINES_MAX];
	read_status(client, status, &report);
	status->line_count = lp_diagnose(&report.facts, findings);
	for (size_t i = 0; i < status->line_count; i++)
		status->lines[i] = findings[i].line;
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

/* --- the log --- */

static void log_news(void *user, const struct lp_admin_line *line)
{
	(void)user;
	if (line->level == LP_ADMIN_BAD || line->level == LP_ADMIN_WARN)
		lp_warn(LOG, "%s", line->text);
	else
		lp_info(LOG, "%s", line->text);
}

static void log_summary(const struct lp_admin_status *status, const struct lp_client_facts *facts)
{
	lp_info(LOG,
		"%s; relay heard %" PRId64 " ms ago, round trip %u us, budget %u; gateway %s; "
		"route %s; addresses %s; broadcasts heard %" PRId64 ", sent %" PRId64
		" ms ago; %" PRIu64 " frames, %" PRIu64 " dropped%s%s",
		status->state, status->last_rx_age_ms, status->rtt_us, status->datagram_budget,
		status->gateway_present ? "present" : "absent", status->route,
		status->addresses[0] ? status->addresses : "none", status->last_broadcast_rx_age_ms,
		status->last_broadcast_tx_age_ms, facts->frames, facts->drops,
		facts->drop_reason ? ", most for " : "",
		facts->drop_reason ? facts->drop_reason : "");
}

/* Why it is not connected is logged by the session, but for what only the client can know. */
static void log_fault(struct lp_client *client, const struct lp_client_facts *facts)
{
	struct lp_finding fault = {0};
	size_t count = lp_diagnose_way(facts, &fault) ? 1 : 0;
	if (count == 0 && !facts->is_up)
		return; /* an attempt is under way, and may find the same again */
	lp_diagnose_news(&client->fault, client->fault_count, &fault, count, log_news, NULL);
	client->fault = fault;
	client->fault_count = count;
}

void lp_client_log(struct lp_client *client, uint64_t now)
{
	struct lp_admin_status status = {0};
	struct report report;
	const struct lp_client_facts *facts = &report.facts;
	struct lp_finding findings[LP_ADMIN_LINES_MAX];
	read_status(client, &status, &report);
	log_fault(client, facts);
	if (facts->is_up) {
		size_t count = lp_diagnose(facts, findings);
		lp_diagnose_news(client->findings, client->finding_count, findings, count, log_news,
				 NULL);
		memcpy(client->findings, findings, sizeof(findings));
		client->finding_count = count;
	}
	if (now < client->summary_ns)
		return;
	if (client->summary_ns > 0)
		log_summary(&status, facts);
	client->summary_ns = now + SUMMARY_EVERY_NS;
}

void lp_client_log_overlap(struct lp_client *client)
{
	struct lp_client_facts facts = {
		.has_overlap = client->has_overlap, .party = client->party, .home = client->home};
	struct lp_finding finding;
	if (!lp_diagnose_networks(&facts, &finding))
		return;
	lp_diagnose_news(client->findings, client->finding_count, &finding, 1, log_news, NULL);
	if (client->finding_count == 0)
		client->findings[client->finding_count++] = finding;
}

enum lp_err lp_client_frame_log(void *user, const char *room, uint16_t peer_id, bool is_on)
{
	struct lp_client *client = user;
	(void)room, (void)peer_id;
	lp_host_set_frame_log(client->host, is_on);
	return LP_OK;
}
