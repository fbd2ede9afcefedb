/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "quic/conn_impl.h"

void lp_outbox_init(struct lp_outbox *outbox, const struct lp_endpoint_ops *ops, void *user)
{
	outbox->run_count = 0;
	outbox->len = 0;
	outbox->is_run_open = false;
	outbox->ops = ops;
	outbox->user = user;
}

uint8_t *lp_outbox_reserve(struct lp_outbox *outbox, size_t len)
{
	if (outbox->len + len > sizeof(outbox->bytes) || outbox->run_count == LP_OUTBOX_RUNS)
		lp_outbox_send(outbox);
	return outbox->bytes + outbox->len;
}

static bool is_same_path(const struct lp_path *a, const struct lp_path *b)
{
	return lp_addr_equal(&a->remote, &b->remote) && lp_addr_equal(&a->local, &b->local);
}

/*
 * UDP_SEGMENT cuts a run into segments of one size, and only the last may be shorter: a longer
 * packet begins a new run, a shorter one ends it.
 */
void lp_outbox_commit(struct lp_outbox *outbox, const struct lp_path *path, size_t len)
{
	struct lp_packet_tx *run =
		outbox->run_count > 0 ? &outbox->runs[outbox->run_count - 1] : NULL;
	bool fits = run && outbox->is_run_open && len <= run->segment_len &&
		    run->len + len <= LP_OUTBOX_RUN_MAX &&
		    run->len < run->segment_len * LP_OUTBOX_SEGMENTS &&
		    is_same_path(&run->path, path);
	if (fits) {
		run->len += len;
		outbox->is_run_open = len == run->segment_len;
	} else {
		run = &outbox->runs[outbox->run_count++];
		run->path = *path;
		run->data = outbox->bytes + outbox->len;
		run->len = len;
		run->segment_len = len;
		outbox->is_run_open = true;
	}
	outbox->len += len;
}

void lp_outbox_send(struct lp_outbox *outbox)
{
	if (outbox->run_count > 0)
		outbox->ops->send(outbox->user, outbox->runs, outbox->run_count);
	outbox->run_count = 0;
	outbox->len = 0;
	outbox->is_run_open = false;
}
