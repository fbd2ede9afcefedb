/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* What admins see of a session: status, the others in the room, counters, drops. */

#include "admin/drops.h"
#include "base/mem.h"
#include "session/host_impl.h"

#include <string.h>

static int64_t age_ms(uint64_t now, uint64_t then_ns)
{
	if (then_ns == 0)
		return -1;
	return now > then_ns ? (int64_t)((now - then_ns) / LP_NS_PER_MS) : 0;
}

/* Where the next one goes: behind the others, or over the oldest that is older. */
static struct lp_admin_refusal *place_of(struct lp_admin_status *status, int64_t its_age_ms)
{
	struct lp_admin_refusal *oldest = &status->dropped[0];
	if (status->dropped_count < LP_ADMIN_REFUSALS_MAX)
		return &status->dropped[status->dropped_count++];
	for (size_t i = 1; i < status->dropped_count; i++) {
		if (status->dropped[i].age_ms > oldest->age_ms)
			oldest = &status->dropped[i];
	}
	return oldest->age_ms > its_age_ms ? oldest : NULL;
}

static void read_dropped(struct lp_host *host, enum lp_dropper by, struct lp_admin_status *status,
			 uint64_t now)
{
	const struct lp_dropped *dropped = lp_session_dropped(host->session, by);
	for (int i = LP_VERDICT_FORWARD + 1; i < LP_VERDICT__COUNT; i++) {
		int64_t its_age_ms = age_ms(now, dropped->last_ns[i]);
		struct lp_admin_refusal *out =
			dropped->frames[i] > 0 ? place_of(status, its_age_ms) : NULL;
		if (!out)
			continue;
		*out = (struct lp_admin_refusal){.by = lp_dropper_name(by),
						 .reason = lp_verdict_name((enum lp_verdict)i),
						 .help = lp_verdict_help((enum lp_verdict)i),
						 .frames = dropped->frames[i],
						 .age_ms = its_age_ms};
		lp_strcopy(out->example, sizeof(out->example), dropped->example[i]);
	}
}

void lp_host_read_status(struct lp_host *host, struct lp_admin_status *status)
{
	struct lp_session_status session;
	char addr[LP_ADDR_TEXT_LEN] = "";
	uint64_t now = lp_loop_now(host->loop)->mono_ns;
	lp_session_read_status(host->session, &session);
	lp_strcopy(status->state, sizeof(status->state), lp_session_state_name(session.state));
	lp_strcopy(status->relay, sizeof(status->relay), host->config.conf->relay);
	if (session.relay_addr.family != LP_ADDR_NONE)
		lp_addr_format(&session.relay_addr, addr);
	lp_strcopy(status->relay_addr, sizeof(status->relay_addr), addr);
	lp_strcopy(status->room, sizeof(status->room), host->config.conf->room);
	status->peer_id = session.peer_id;
	if (host->config.has_mac)
		lp_mac_format(&host->config.mac, status->mac);
	status->mtu = session.mtu;
	status->gateway_present = session.gateway_present;
	status->lan_connected = session.gateway_present && !session.is_lan_lost;
	status->datagram_budget = (uint32_t)session.datagram_budget;
	status->rtt_us = (uint32_t)(session.link.conn.best_rtt_ns / LP_NS_PER_US);
	status->reconnect_count = session.reconnect_count;
	bool is_up = session.state == LP_SESSION_UP;
	status->session_age_ms = is_up ? age_ms(now, session.up_since_ns) : -1;
	status->last_rx_age_ms = age_ms(now, session.heard.rx_ns);
	status->last_frame_rx_age_ms = age_ms(now, host->bridge.last_rx.frame_ns);
	status->last_frame_tx_age_ms = age_ms(now, host->bridge.last_tx.frame_ns);
	status->last_broadcast_rx_age_ms = age_ms(now, host->bridge.last_rx.broadcast_ns);
	status->last_broadcast_tx_age_ms = age_ms(now, host->bridge.last_tx.broadcast_ns);
	status->dropped_count = 0;
	for (int by = 0; by < LP_DROPPER__COUNT; by++)
		read_dropped(host, (enum lp_dropper)by, status, now);
	lp_strcopy(status->last_error, sizeof(status->last_error), session.last_error);
}

enum lp_err lp_host_read_peers(struct lp_host *host, struct lp_admin_peer **peers, size_t *count)
{
	const struct lp_session_peer *peer;
	uint64_t now = lp_loop_now(host->loop)->mono_ns;
	if (!lp_session_is_up(host->session))
		return LP_OK; /* who was there may have left */
	for (size_t cursor = 0; (peer = lp_session_next_peer(host->session, &cursor));) {
		*peers = lp_realloc_array(*peers, *count + 1, sizeof(**peers));
		struct lp_admin_peer *out = &(*peers)[(*count)++];
		*out = (struct lp_admin_peer){.peer_id = peer->id,
					      .role = lp_peer_role_name(peer->role),
					      .is_of_member = true,
					      .frames_in = peer->frames,
					      .bytes_in = peer->bytes,
					      .connected_age_ms = age_ms(now, peer->joined_ns),
					      .last_seen_age_ms = age_ms(now, peer->last_frame_ns)};
		lp_strcopy(out->room, sizeof(out->room), host->config.conf->room);
		lp_strcopy(out->name, sizeof(out->name), peer->name);
		if (peer->has_mac)
			lp_mac_format(&peer->mac, out->mac);
	}
	return LP_OK;
}

enum lp_err lp_host_read_stats(struct lp_host *host, struct lp_admin_counter **counters,
			       size_t *count)
{
	struct lp_session_status session;
	lp_session_read_status(host->session, &session);
	const struct lp_ledger *up = lp_session_up(host->session);
	const struct lp_ledger *down = lp_session_down(host->session);
	const struct lp_session_totals *totals = &session.totals;
	const struct lp_admin_counter all[] = {
		{"up_frames_in", up->frames_in},
		{"up_bytes_in", up->bytes_in},
		{"up_frames_forwarded", up->frames[LP_VERDICT_FORWARD]},
		{"up_copies_made", up->copies_made},
		{"up_copies_sent", up->copies[LP_VERDICT_FORWARD]},
		{"up_copies_queued", session.queued},
		{"down_frames_in", down->frames_in},
		{"down_bytes_in", down->bytes_in},
		{"down_frames_forwarded", down->frames[LP_VERDICT_FORWARD]},
		{"down_copies_made", down->copies_made},
		{"down_copies_sent", down->copies[LP_VERDICT_FORWARD]},
		{"down_copies_queued", host->bridge.tx_count},
		{"up_frames_unaccounted", (uint64_t)lp_ledger_frames_open(up)},
		{"down_frames_unaccounted", (uint64_t)lp_ledger_frames_open(down)},
		{"datagrams_tx", totals->datagrams_tx},
		{"datagrams_rx", totals->datagrams_rx},
		{"datagrams_acked", totals->datagrams_acked},
		{"datagrams_lost", totals->datagrams_lost},
		{"packets_tx", totals->packets_tx},
		{"packets_rx", totals->packets_rx},
		{"bytes_tx", totals->bytes_tx},
		{"bytes_rx", totals->bytes_rx},
		{"in_flight_bytes", session.link.conn.in_flight_bytes},
		{"in_flight_limit_bytes", session.link.conn.in_flight_limit_bytes},
		{"heartbeats_tx", totals->heartbeats_tx},
		{"black_holes", totals->black_holes},
		{"device_reopens", host->bridge.reopen_count},
		{"loop_turns", lp_loop_stats(host->loop)->turns},
		{"loop_sleeps", lp_loop_stats(host->loop)->sleeps},
		{"loop_busy_polls", lp_loop_stats(host->loop)->busy_polls},
	};
	*counters = lp_alloc(sizeof(all));
	memcpy(*counters, all, sizeof(all));
	*count = LP_ARRAY_COUNT(all);
	return LP_OK;
}

enum lp_err lp_host_read_drops(struct lp_host *host, struct lp_admin_drop **drops, size_t *count)
{
	struct lp_ledger both = {0};
	lp_ledger_add(&both, lp_session_up(host->session));
	lp_ledger_add(&both, lp_session_down(host->session));
	*drops = lp_admin_list_drops(&both, count);
	return LP_OK;
}
