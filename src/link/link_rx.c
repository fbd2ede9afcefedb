/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "link/link_impl.h"

#include "base/mem.h"

#include <string.h>

/* --- frames --- */

/* A frame, or what should have been one, is lost on its way in. */
static void lose(struct lp_link *link, enum lp_verdict verdict, size_t len)
{
	struct lp_ledger *in = link->config.in;
	in->frames_in++;
	in->bytes_in += len;
	in->frames[verdict]++;
	if (link->ops->on_bad)
		link->ops->on_bad(link->user, verdict, len, link->now);
}

static void deliver(struct lp_link *link, struct lp_frame *frame)
{
	struct lp_ledger *in = link->config.in;
	in->frames_in++;
	in->bytes_in += frame->len;
	enum lp_verdict verdict = link->ops->on_frame(link->user, frame, link->now);
	in->frames[verdict]++;
}

static void on_whole_frame(struct lp_link *link, const struct lp_datagram *datagram)
{
	struct lp_frame *frame = lp_pool_get(link->config.pool);
	if (!frame) {
		lose(link, LP_VERDICT_POOL_EMPTY, datagram->payload_len);
		return;
	}
	frame->len = (uint16_t)datagram->payload_len;
	frame->source_id = datagram->source_id;
	frame->sequence = datagram->sequence;
	frame->flags = datagram->flags;
	memcpy(frame->data, datagram->payload, datagram->payload_len);
	deliver(link, frame);
	lp_frame_unref(frame);
}

/* May the link begin one frame more? */
static bool may_join(const struct lp_link *link)
{
	const struct lp_link_joins *joins = link->config.joins;
	return !joins || (joins->count < joins->count_max &&
			  link->join_count < LP_MAX((joins->count_max - joins->count) / 2, 1U));
}

static void count_join(struct lp_link *link, int by)
{
	link->join_count += (unsigned)by;
	if (link->config.joins)
		link->config.joins->count += (unsigned)by;
}

static void *reassembly_open(void *user, uint8_t **bytes)
{
	struct lp_link *link = user;
	struct lp_frame *frame = may_join(link) ? lp_pool_get(link->config.pool) : NULL;
	if (!frame)
		return NULL;
	count_join(link, 1);
	*bytes = frame->data;
	return frame;
}

static uint8_t *reassembly_bytes(void *buffer)
{
	return ((struct lp_frame *)buffer)->data;
}

static void reassembly_frame(void *user, void *buffer, const struct lp_datagram *last)
{
	struct lp_link *link = user;
	struct lp_frame *frame = buffer;
	count_join(link, -1);
	frame->len = last->frame_len;
	frame->source_id = last->source_id;
	frame->sequence = last->sequence;
	frame->flags = last->flags;
	deliver(link, frame);
	lp_frame_unref(frame);
}

static void reassembly_drop(void *user, void *buffer, enum lp_verdict verdict)
{
	struct lp_link *link = user;
	count_join(link, -1);
	/* What overlaps is the fragment that has just come; else the frame's time or place was
	 * over.
	 */
	lose(link, verdict, verdict == LP_VERDICT_FRAGMENT_OVERLAP ? link->rx_len : 0);
	lp_frame_unref(buffer);
}

const struct lp_reassembly_ops lp_link_reassembly_ops = {
	.open = reassembly_open,
	.bytes = reassembly_bytes,
	.on_frame = reassembly_frame,
	.on_drop = reassembly_drop,
};

static void on_fragment(struct lp_link *link, const struct lp_datagram *datagram)
{
	if (lp_reassembly_add(&link->reassembly, datagram, link->now) == LP_VERDICT_POOL_EMPTY)
		lose(link, LP_VERDICT_POOL_EMPTY, datagram->frame_len);
}

static void on_probe(struct lp_link *link, const struct lp_datagram *datagram)
{
	link->stats.probes_rx++;
	if (link->echo_count == LP_LINK_ECHOES_MAX ||
	    !lp_bucket_take(&link->echo_limit, 1, link->now))
		return;
	link->echoes[link->echo_count++] = datagram->sequence;
	lp_conn_touch(link->conn);
}

static void on_echo(struct lp_link *link, const struct lp_datagram *datagram)
{
	struct lp_conn_stats stats;
	lp_conn_read_stats(link->conn, &stats);
	lp_pathprobe_echo(&link->probe, datagram->sequence, stats.rtt_ns, link->now);
}

/* Is a frame or fragment welcome from this peer, now? */
static enum lp_verdict check_sender(const struct lp_link *link, const struct lp_datagram *datagram)
{
	if (!link->is_open)
		return LP_VERDICT_BEFORE_WELCOME;
	if (link->source_id != 0 && datagram->source_id != link->source_id)
		return LP_VERDICT_FOREIGN_PEER_ID;
	if (datagram->kind == LP_KIND_FRAGMENT && !(link->features & LP_FEATURE_FRAGMENTS))
		return LP_VERDICT_MALFORMED;
	return LP_VERDICT_FORWARD;
}

void lp_link_on_datagram(void *user, const uint8_t *data, size_t len, uint64_t now)
{
	struct lp_link *link = user;
	struct lp_datagram datagram;
	link->now = now;
	link->rx_len = len;
	if (!link->conn)
		return;
	/* Probes may be larger than any budget, so only frames are held to it (R12: before
	 * decoding). */
	bool is_probe = len > 0 && (data[0] & 0x0f) >= LP_KIND_PROBE;
	if (!is_probe && link->ingress_budget > 0 && len > link->ingress_budget) {
		lose(link, LP_VERDICT_INGRESS_BUDGET, len);
		return;
	}
	enum lp_verdict verdict = lp_datagram_decode(data, len, 0, &datagram);
	if (verdict == LP_VERDICT_FORWARD && !is_probe)
		verdict = check_sender(link, &datagram);
	if (verdict != LP_VERDICT_FORWARD) {
		lose(link, verdict, len);
		return;
	}
	switch (datagram.kind) {
	case LP_KIND_FRAME:
		on_whole_frame(link, &datagram);
		break;
	case LP_KIND_FRAGMENT:
		on_fragment(link, &datagram);
		break;
	case LP_KIND_PROBE:
		on_probe(link, &datagram);
		break;
	case LP_KIND_PROBE_ECHO:
		on_echo(link, &datagram);
		break;
	case LP_KIND_SEALED: /* the decoder lets nothing else through */
		break;
	}
}

/* --- control --- */

static void on_bad_record(struct lp_link *link, const char *why, enum lp_reject_code code)
{
	link->is_deaf = true;
	link->ops->on_bad_record(link->user, why, code, link->now);
}

static void on_record(struct lp_link *link, const uint8_t *json, size_t len)
{
	/* Each costs the parser as much as hundreds of frames cost the switch. */
	if (!lp_bucket_take(&link->record_limit, 1, link->now) ||
	    !lp_bucket_take(&link->record_bytes_limit, len, link->now)) {
		on_bad_record(link, "too many control records", LP_REJECT_BAD_HELLO);
		return;
	}
	if (len == 0)
		return; /* a heartbeat */
	struct lp_message message;
	const char *why = "";
	enum lp_reject_code code = LP_REJECT_BAD_HELLO;
	if (lp_message_decode(json, len, &message, &why, &code) != LP_OK) {
		on_bad_record(link, why, code);
		return;
	}
	if (message.type != LP_MESSAGE_UNKNOWN)
		link->ops->on_message(link->user, &message, link->now);
}

void lp_link_on_stream(void *user, const uint8_t *data, size_t len, uint64_t now)
{
	struct lp_link *link = user;
	const uint8_t *json;
	size_t json_len;
	link->now = now;
	while (link->conn && !link->is_deaf && !lp_conn_is_closing(link->conn)) {
		enum lp_err err = lp_record_next(&link->records, &data, &len, &json, &json_len);
		if (err == LP_ERR_AGAIN)
			return;
		if (err != LP_OK) {
			on_bad_record(link, "record too large", LP_REJECT_BAD_HELLO);
			return;
		}
		on_record(link, json, json_len);
	}
}

void lp_link_on_stream_end(void *user, uint64_t now)
{
	struct lp_link *link = user;
	link->now = now;
	if (!link->conn || link->is_deaf)
		return;
	link->is_deaf = true;
	link->ops->on_stream_end(link->user, now);
}
