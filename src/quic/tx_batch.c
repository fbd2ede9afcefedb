/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "quic/conn_impl.h"

void lp_tx_batch_init(struct lp_tx_batch *tx_batch, const struct lp_endpoint_ops *ops, void *user)
{
	tx_batch->run_count = 0;
	tx_batch->len = 0;
	tx_batch->is_run_open = false;
	tx_batch->ops = ops;
	tx_batch->user = user;
}

uint8_t *lp_tx_batch_reserve(struct lp_tx_batch *tx_batch, size_t len)
{
	if (tx_batch->len + len > sizeof(tx_batch->bytes) ||
	    tx_batch->run_count == LP_TX_BATCH_RUNS)
		lp_tx_batch_send(tx_batch);
	return tx_batch->bytes + tx_batch->len;
}

static bool is_same_path(const struct lp_path *a, const struct lp_path *b)
{
	return lp_addr_equal(&a->remote, &b->remote) && lp_addr_equal(&a->local, &b->local);
}

/*
 * UDP_SEGMENT cuts a run into segments of one size, and only the last may be shorter: a longer
 * packet begins a new run, a shorter one ends it.
 */
void lp_tx_batch_commit(struct lp_tx_batch *tx_batch, const struct lp_path *path, size_t len)
{
	struct lp_packet_tx *run =
		tx_batch->run_count > 0 ? &tx_batch->runs[tx_batch->run_count - 1] : NULL;
	bool fits = run && tx_batch->is_run_open && len <= run->segment_len &&
		    run->len + len <= LP_TX_BATCH_RUN_MAX &&
		    run->len < run->segment_len * LP_TX_BATCH_SEGMENTS &&
		    is_same_path(&run->path, path);
	if (fits) {
		run->len += len;
		tx_batch->is_run_open = len == run->segment_len;
	} else {
		run = &tx_batch->runs[tx_batch->run_count++];
		run->path = *path;
		run->data = tx_batch->bytes + tx_batch->len;
		run->len = len;
		run->segment_len = len;
		tx_batch->is_run_open = true;
	}
	tx_batch->len += len;
}

void lp_tx_batch_send(struct lp_tx_batch *tx_batch)
{
	if (tx_batch->run_count > 0)
		tx_batch->ops->send(tx_batch->user, tx_batch->runs, tx_batch->run_count);
	tx_batch->run_count = 0;
	tx_batch->len = 0;
	tx_batch->is_run_open = false;
}
