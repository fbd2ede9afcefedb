/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The inside of a link: link.c is the way out, life and timers, link_rx.c the way in.
 */
#ifndef LP_LINK_LINK_IMPL_H
#define LP_LINK_LINK_IMPL_H

#include "base/log.h"
#include "link/link.h"
#include "link/pathprobe.h"
#include "queue/bucket.h"
#include "quic/endpoint.h"
#include "wire/datagram.h"
#include "wire/fragment.h"

#define LP_LINK_ECHOES_MAX 24 /* waiting to be sent */

struct lp_link {
	struct lp_link_config config;
	struct lp_conn *conn; /* NULL after its end */
	const struct lp_link_ops *ops;
	void *user;
	uint64_t now; /* of the last call that had one */

	bool is_open; /* frames may come and go */
	bool is_deaf; /* a bad record or the stream's end came: no more are read */
	uint32_t features;
	uint16_t source_id;

	struct lp_frameq queue;
	enum { SENDING_FRAME, SENDING_ECHO } sending; /* what next_datagram gave last */
	size_t sending_len;
	bool is_full;  /* no more frames may be in flight */
	bool has_sent; /* frames since the last heartbeat */
	uint64_t last_beat_ns;

	struct lp_reassembly reassembly;
	size_t rx_len; /* of the datagram that is being read */
	struct lp_record_reader records;
	struct lp_bucket record_limit;

	struct lp_pathprobe probe;
	size_t own_budget;	/* what our probes say; 0 until the first round has ended */
	size_t budget_in_use;	/* … as far as the peer has heard of it */
	bool is_budget_waiting; /* for an acknowledgement of the message about it … */
	uint64_t budget_mark;	/* … up to here */
	size_t payload_before;	/* there was doubt; 0 = there is none */
	uint64_t doubt_after_ns;
	size_t peer_budget;    /* 0 until the peer has said it */
	size_t ingress_budget; /* the largest that the peer has said (R12); 0 = no check */
	uint32_t echoes[LP_LINK_ECHOES_MAX];
	size_t echo_count;
	struct lp_bucket echo_limit;
	struct lp_bucket record_bytes_limit;
	unsigned join_count; /* of config.joins */

	struct lp_log_limit path_log_limit;
	struct lp_link_stats stats;
};

extern const struct lp_reassembly_ops lp_link_reassembly_ops;

void lp_link_on_stream(void *user, const uint8_t *data, size_t len, uint64_t now);
void lp_link_on_stream_end(void *user, uint64_t now);
void lp_link_on_datagram(void *user, const uint8_t *data, size_t len, uint64_t now);

#endif
