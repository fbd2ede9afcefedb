/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "link/link_impl.h"

#include "base/clock.h"
#include "base/mem.h"
#include "wire/budget.h"

#include <stdlib.h>

#define LOG "link"

#define HEARTBEAT_NS	  (200 * LP_NS_PER_MS) /* while DATAGRAMs are under way */
#define FULL_HEARTBEAT_NS (30 * LP_NS_PER_MS)  /* while no more may be in flight */
#define BUDGET_TICK_NS	  (10 * LP_NS_PER_MS)  /* while a budget waits for its acknowledgement */
#define IDLE_HEARTBEAT_NS LP_NS_PER_S	       /* a session, always */
#define DOUBT_PAUSE_NS	  LP_NS_PER_S	       /* while the path is down, above all */
#define RECORDS_PER_S	  50		       /* of a session, which says five in a second */
#define RECORDS_BURST	  500
#define RECORD_BYTES	  8192 /* in a second; what it says is some hundred of them */
#define RECORD_BYTES_MAX  65536

/* --- out --- */

void lp_link_send_frame(struct lp_link *link, struct lp_frame *frame, uint64_t now)
{
	lp_frameq_push(&link->queue, frame, now);
	if (link->conn)
		lp_conn_touch(link->conn);
}

/* What one DATAGRAM may hold at most: packets could take a little more when numbers are short. */
static size_t cap_room(const struct lp_link *link, size_t room)
{
	return LP_MIN(room, lp_link_egress_budget(link));
}

static void fill_frame(const struct lp_link *link, const struct lp_frame *frame, size_t len,
		       bool is_fragment, struct lp_conn_datagram *out)
{
	struct lp_datagram head = {
		.kind = is_fragment ? LP_KIND_FRAGMENT : LP_KIND_FRAME,
		.flags = frame->flags,
		.source_id = frame->source_id,
		.sequence = frame->sequence,
		.frame_len = frame->len,
		.offset = (uint16_t)link->queue.head_done,
	};
	out->header_len = lp_datagram_encode_header(&head, out->header);
	out->payload = frame->data + link->queue.head_done;
	out->payload_len = len;
}

static void drop_too_large(struct lp_link *link, struct lp_frame *frame, uint64_t now)
{
	if (link->ops->on_too_large)
		link->ops->on_too_large(link->user, frame, frame->len + LP_DATAGRAM_HEADER_LEN,
					lp_link_egress_budget(link), now);
	lp_frameq_pop(&link->queue, LP_VERDICT_TARGET_BUDGET);
}

/* As lp_fragment_cut, of the next frame. What fits the budget, but not now, in doubt, waits. */
static size_t cut_frame(const struct lp_link *link, const struct lp_frame *frame, size_t room,
			size_t full, bool *is_fragment)
{
	size_t budget = lp_link_egress_budget(link);
	size_t whole = frame->len + LP_DATAGRAM_HEADER_LEN;
	*is_fragment = false;
	if (!(link->features & LP_FEATURE_FRAGMENTS))
		return whole <= room ? frame->len : whole <= budget ? 0 : SIZE_MAX;
	const struct lp_frameq *queue = &link->queue;
	size_t len = lp_fragment_cut(frame->len, queue->head_done, queue->head_fragments, room,
				     full, is_fragment);
	if (len == SIZE_MAX && full < budget &&
	    lp_fragment_cut(frame->len, queue->head_done, queue->head_fragments, budget, budget,
			    is_fragment) != SIZE_MAX)
		return 0;
	return len;
}

static bool next_frame(struct lp_link *link, size_t room, size_t full, uint64_t now,
		       struct lp_conn_datagram *out)
{
	struct lp_frame *frame;
	while ((frame = lp_frameq_peek(&link->queue, now))) {
		bool is_fragment;
		size_t len = cut_frame(link, frame, room, full, &is_fragment);
		if (len == SIZE_MAX) {
			drop_too_large(link, frame, now);
			continue;
		}
		if (len == 0)
			return false;
		fill_frame(link, frame, len, is_fragment, out);
		out->is_last = link->queue.count == 1 && link->queue.head_done + len == frame->len;
		link->sending = SENDING_FRAME;
		link->sending_len = len;
		return true;
	}
	return false;
}

static bool on_next_datagram(void *user, size_t room, size_t full, uint64_t now,
			     struct lp_conn_datagram *out)
{
	struct lp_link *link = user;
	if (link->echo_count > 0 && room >= LP_DATAGRAM_HEADER_LEN) {
		struct lp_datagram head = {.kind = LP_KIND_PROBE_ECHO,
					   .sequence = link->echoes[link->echo_count - 1]};
		out->header_len = lp_datagram_encode_header(&head, out->header);
		out->payload_len = 0;
		out->is_vital = true;
		link->sending = SENDING_ECHO;
		return true;
	}
	link->is_full = !lp_conn_can_send(link->conn);
	return !link->is_full &&
	       next_frame(link, cap_room(link, room), cap_room(link, full), now, out);
}

static void on_datagram_done(void *user, bool is_sent, uint64_t now)
{
	struct lp_link *link = user;
	if (!is_sent)
		return;
	if (link->sending == SENDING_ECHO) {
		link->echo_count--;
		return;
	}
	link->has_sent = true;
	struct lp_frame *frame = lp_frameq_peek(&link->queue, now);
	link->queue.head_done += link->sending_len;
	link->queue.head_fragments++;
	if (link->queue.head_done == frame->len)
		lp_frameq_pop(&link->queue, LP_VERDICT_FORWARD);
}

static size_t on_next_probe(void *user, uint64_t now, struct lp_conn_datagram *out)
{
	struct lp_link *link = user;
	size_t size = lp_pathprobe_next(&link->probe);
	(void)now;
	if (size == 0)
		return 0;
	struct lp_datagram head = {.kind = LP_KIND_PROBE, .sequence = (uint32_t)size};
	out->header_len = lp_datagram_encode_header(&head, out->header);
	return size;
}

static void on_probe_sent(void *user, uint64_t now)
{
	struct lp_link *link = user;
	(void)now;
	lp_pathprobe_sent(&link->probe);
}

void lp_link_encode(const struct lp_message *message, struct lp_link_record *record)
{
	enum lp_err err =
		lp_message_encode(message, record->data, sizeof(record->data), &record->len);
	if (err == LP_OK)
		return;
	record->len = 0;
	lp_error(LOG, "cannot write a %s message: %s", lp_message_type_name(message->type),
		 lp_err_text(err));
}

void lp_link_send_record(struct lp_link *link, const struct lp_link_record *record)
{
	if (!link->conn || record->len == 0)
		return;
	lp_conn_send_stream(link->conn, record->data, record->len);
}

void lp_link_send_message(struct lp_link *link, const struct lp_message *message)
{
	struct lp_link_record record;
	if (!link->conn)
		return;
	lp_link_encode(message, &record);
	lp_link_send_record(link, &record);
}

void lp_link_beat(struct lp_link *link)
{
	static const uint8_t heartbeat[LP_RECORD_HEADER_LEN];
	if (!link->conn)
		return;
	/* Behind what the peer does not take heartbeats would only pile up. */
	if (lp_conn_is_stream_blocked(link->conn))
		return;
	lp_conn_send_stream(link->conn, heartbeat, sizeof(heartbeat));
	link->stats.heartbeats_tx++;
	link->has_sent = false;
}

static uint64_t beat_deadline(const struct lp_link *link)
{
	if (link->is_full && link->queue.count > 0)
		return link->last_beat_ns + FULL_HEARTBEAT_NS;
	if (link->has_sent)
		return link->last_beat_ns + HEARTBEAT_NS;
	return link->config.is_session ? link->last_beat_ns + IDLE_HEARTBEAT_NS : LP_NEVER;
}

static void beat_if_due(struct lp_link *link, uint64_t now)
{
	if (link->own_budget == 0 || now < beat_deadline(link))
		return;
	link->last_beat_ns = now;
	lp_link_beat(link);
}

/*
 * Only a heartbeat sent after what is in flight tells what of it was lost. At once, if there was
 * none of late: a relay counts them as it counts records.
 */
static void on_full(void *user, uint64_t now)
{
	struct lp_link *link = user;
	link->is_full = true;
	beat_if_due(link, now);
}

/* --- budget and path --- */

static void use_budget(struct lp_link *link)
{
	link->budget_in_use = link->own_budget;
	link->is_budget_waiting = false;
}

/*
 * A round has ended. Of a larger budget the peer hears first: what is above the one it knows would
 * be malformed to it (R12).
 */
static void adopt_probe_result(struct lp_link *link, uint64_t now)
{
	lp_conn_set_udp_payload(link->conn, link->probe.result);
	size_t budget = lp_budget_from_udp_payload(link->probe.result, lp_conn_cid_len(link->conn));
	bool is_first = link->own_budget == 0;
	bool is_new = budget != link->own_budget;
	bool is_larger = budget > link->budget_in_use;
	link->own_budget = budget;
	if (is_first && link->ops->on_ready)
		link->ops->on_ready(link->user, now);
	else if (is_new && link->ops->on_budget)
		link->ops->on_budget(link->user, budget, now);
	link->is_budget_waiting = !is_first && is_larger;
	link->budget_mark = lp_conn_mark(link->conn);
	if (!link->is_budget_waiting)
		use_budget(link);
}

/* Now, where QUIC tells what the packet that just came has brought about. */
static uint64_t last_rx_ns(const struct lp_link *link)
{
	struct lp_conn_stats stats;
	lp_conn_read_stats(link->conn, &stats);
	return LP_MAX(link->now, stats.last_rx_ns);
}

static uint64_t rtt_ns(const struct lp_link *link)
{
	struct lp_conn_stats stats;
	lp_conn_read_stats(link->conn, &stats);
	return stats.rtt_ns;
}

static void start_probing(struct lp_link *link, uint64_t now)
{
	link->now = now;
	/* Packet numbers may be three bytes shorter than a budget reckons with. */
	lp_pathprobe_limit(&link->probe, lp_conn_datagram_max(link->conn) + LP_DATAGRAM_OVERHEAD -
						 3 + lp_conn_cid_len(link->conn));
	lp_pathprobe_start(&link->probe, rtt_ns(link), now);
	lp_conn_touch(link->conn);
}

static void on_path_change(void *user, const struct lp_path *path)
{
	struct lp_link *link = user;
	char text[LP_ADDR_TEXT_LEN];
	uint64_t now = last_rx_ns(link);
	lp_log_write_limited(&link->path_log_limit, now, LP_LOG_INFO, LOG, "peer moved to %s",
			     lp_addr_format(&path->remote, text));
	if (link->own_budget > 0)
		start_probing(link, now);
}

static uint64_t doubt_deadline(const struct lp_link *link)
{
	if (link->own_budget == 0 || link->probe.is_running)
		return LP_NEVER;
	return LP_MAX(lp_conn_doubt_deadline(link->conn), link->doubt_after_ns);
}

/* Large packets may vanish: small ones until a round of probes has told what still passes. */
static void doubt_if_due(struct lp_link *link, uint64_t now)
{
	if (now < doubt_deadline(link) || !lp_conn_take_doubt(link->conn, now))
		return;
	link->doubt_after_ns = now + DOUBT_PAUSE_NS;
	link->payload_before = link->probe.result;
	lp_pathprobe_doubt(&link->probe, rtt_ns(link), now);
}

/* Was the doubt right? */
static void tell_of_black_hole(struct lp_link *link, uint64_t now)
{
	char text[LP_ADDR_TEXT_LEN];
	if (link->probe.result < link->payload_before) {
		link->stats.black_holes++;
		lp_log_write_limited(
			&link->path_log_limit, now, LP_LOG_WARN, LOG,
			"the path to %s drops packets of %zu bytes: using %zu from now on",
			lp_addr_format(&lp_conn_path(link->conn)->remote, text),
			link->payload_before, link->probe.result);
	}
	link->payload_before = 0;
}

void lp_link_set_peer_budget(struct lp_link *link, size_t budget)
{
	bool has_shrunk = budget < link->peer_budget;
	link->peer_budget = budget;
	if (!link->config.is_session) /* R12 is the relay's to check */
		link->ingress_budget = LP_MAX(link->ingress_budget, budget);
	/* Their way to us carries less than before, so ours to them likely does, too. */
	if (has_shrunk && link->own_budget > 0 && !link->probe.is_running)
		start_probing(link, link->now);
}

size_t lp_link_egress_budget(const struct lp_link *link)
{
	size_t own = link->budget_in_use;
	if (own == 0)
		own = lp_budget_from_udp_payload(LP_UDP_PAYLOAD_MIN, LP_QUIC_CID_LEN);
	if (link->conn)
		own = LP_MIN(own, lp_conn_datagram_max(link->conn));
	return link->peer_budget > 0 ? LP_MIN(own, link->peer_budget) : own;
}

size_t lp_link_own_budget(const struct lp_link *link)
{
	return link->own_budget;
}

/* --- life --- */

static void on_ready(void *user)
{
	struct lp_link *link = user;
	start_probing(link, last_rx_ns(link));
}

static void on_end(void *user, enum lp_conn_end end, uint64_t code, const char *text)
{
	struct lp_link *link = user;
	lp_conn_read_stats(link->conn, &link->stats.conn); /* what it was remains to be told */
	link->conn = NULL;
	link->is_open = false;
	lp_frameq_clear(&link->queue, LP_VERDICT_PEER_GONE);
	lp_reassembly_fini(&link->reassembly, LP_VERDICT_FRAGMENT_TIMEOUT);
	link->ops->on_end(link->user, end, code, text, link->now);
}

static const struct lp_conn_ops conn_ops = {
	.on_ready = on_ready,
	.on_stream = lp_link_on_stream,
	.on_stream_end = lp_link_on_stream_end,
	.on_datagram = lp_link_on_datagram,
	.next_datagram = on_next_datagram,
	.datagram_done = on_datagram_done,
	.next_probe = on_next_probe,
	.probe_sent = on_probe_sent,
	.on_full = on_full,
	.on_path_change = on_path_change,
	.on_end = on_end,
};

struct lp_link *lp_link_new(const struct lp_link_config *config, struct lp_conn *conn,
			    const struct lp_link_ops *ops, void *user, uint64_t now)
{
	struct lp_link *link = lp_alloc(sizeof(*link));
	link->config = *config;
	link->conn = conn;
	link->ops = ops;
	link->user = user;
	link->now = now;
	link->source_id = config->source_id;
	link->last_beat_ns = now;
	lp_pathprobe_init(&link->probe, config->udp_payload_max,
			  lp_conn_path(conn)->remote.family == LP_ADDR_IP6);
	lp_bucket_init(&link->echo_limit, 20, 20, now);
	/* A relay tells of everybody in the room at once; a session has little to say. */
	lp_bucket_init(&link->record_limit, config->is_session ? 0 : RECORDS_PER_S, RECORDS_BURST,
		       now);
	lp_bucket_init(&link->record_bytes_limit, config->is_session ? 0 : RECORD_BYTES,
		       RECORD_BYTES_MAX, now);
	lp_frameq_init(&link->queue, &config->queue, config->out);
	lp_reassembly_init(&link->reassembly, &lp_link_reassembly_ops, link);
	lp_conn_set_owner(conn, &conn_ops, link);
	if (!config->is_session)
		start_probing(link, now);
	return link;
}

void lp_link_free(struct lp_link *link)
{
	if (!link)
		return;
	if (link->conn)
		lp_conn_abandon(link->conn);
	link->conn = NULL;
	lp_frameq_fini(&link->queue, LP_VERDICT_PEER_GONE);
	lp_reassembly_fini(&link->reassembly, LP_VERDICT_FRAGMENT_TIMEOUT);
	lp_record_fini(&link->records);
	free(link);
}

void lp_link_open(struct lp_link *link, uint32_t features, uint16_t source_id)
{
	link->is_open = true;
	link->features = features;
	link->source_id = source_id;
}

void lp_link_close(struct lp_link *link, uint64_t code, const char *reason)
{
	if (link->conn)
		lp_conn_close(link->conn, code, reason);
}

void lp_link_clear_queue(struct lp_link *link, enum lp_verdict verdict)
{
	lp_frameq_clear(&link->queue, verdict);
}

bool lp_link_is_acked(const struct lp_link *link)
{
	return !link->conn || lp_conn_is_stream_acked(link->conn);
}

uint64_t lp_link_mark(const struct lp_link *link)
{
	return link->conn ? lp_conn_mark(link->conn) : 0;
}

bool lp_link_has_acked(const struct lp_link *link, uint64_t mark)
{
	return !link->conn || lp_conn_has_acked(link->conn, mark);
}

size_t lp_link_queued(const struct lp_link *link)
{
	return link->queue.count;
}

struct lp_conn *lp_link_conn(const struct lp_link *link)
{
	return link->conn;
}

void lp_link_read_stats(const struct lp_link *link, struct lp_link_stats *stats)
{
	*stats = link->stats;
	if (link->conn)
		lp_conn_read_stats(link->conn, &stats->conn);
}

/* --- timers --- */

void lp_link_tick(struct lp_link *link, uint64_t now)
{
	link->now = now;
	if (!link->conn)
		return;
	lp_reassembly_expire(&link->reassembly, now);
	if (lp_pathprobe_tick(&link->probe, now)) {
		adopt_probe_result(link, now);
		tell_of_black_hole(link, now);
	}
	if (link->is_budget_waiting && lp_conn_has_acked(link->conn, link->budget_mark))
		use_budget(link);
	doubt_if_due(link, now);
	if (lp_pathprobe_next(&link->probe) > 0)
		lp_conn_touch(link->conn);
	beat_if_due(link, now);
}

uint64_t lp_link_deadline(const struct lp_link *link)
{
	if (!link->conn)
		return LP_NEVER;
	uint64_t deadline = lp_reassembly_deadline(&link->reassembly);
	deadline = LP_MIN(deadline, lp_pathprobe_deadline(&link->probe));
	deadline = LP_MIN(deadline, doubt_deadline(link));
	if (link->own_budget > 0)
		deadline = LP_MIN(deadline, beat_deadline(link));
	if (link->is_budget_waiting)
		deadline = LP_MIN(deadline, link->now + BUDGET_TICK_NS);
	return deadline;
}
