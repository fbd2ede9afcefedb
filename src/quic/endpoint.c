/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/clock.h"
#include "base/current.h"
#include "base/mem.h"
#include "crypto/random.h"
#include "quic/conn_impl.h"

#include <stdlib.h>

#define LOG "quic"

#define FLUSH_ROUNDS 8

struct lp_endpoint *lp_endpoint_new(const struct lp_endpoint_config *config,
				    const struct lp_endpoint_ops *ops, void *user)
{
	struct lp_endpoint *endpoint = lp_alloc(sizeof(*endpoint));
	endpoint->config = *config;
	endpoint->ops = ops;
	endpoint->user = user;
	endpoint->by_cid = lp_map_new();
	endpoint->deadline_ns = LP_NEVER;
	lp_list_init(&endpoint->conns);
	lp_list_init(&endpoint->active);
	lp_tx_batch_init(&endpoint->tx_batch, ops, user);
	return endpoint;
}

void lp_endpoint_free(struct lp_endpoint *endpoint)
{
	if (!endpoint)
		return;
	struct lp_conn *conn;
	struct lp_conn *following;
	LP_LIST_FOREACH_SAFE (conn, following, &endpoint->conns, struct lp_conn, link)
		lp_conn_free(conn);
	lp_map_free(endpoint->by_cid);
	if (endpoint->priority)
		gnutls_priority_deinit(endpoint->priority);
	lp_wipe(&endpoint->config, sizeof(endpoint->config));
	free(endpoint);
}

void lp_endpoint_set_credential(struct lp_endpoint *endpoint, struct lp_credential *credential)
{
	endpoint->config.credential = credential;
}

void lp_endpoint_set_limits(struct lp_endpoint *endpoint, unsigned half_open_max,
			    unsigned retry_above)
{
	endpoint->config.half_open_max = half_open_max;
	endpoint->config.retry_above = retry_above;
}

atomic_uint *lp_endpoint_half_open(struct lp_endpoint *endpoint)
{
	return endpoint->config.half_open ? endpoint->config.half_open : &endpoint->own_half_open;
}

void lp_endpoint_add_cid(struct lp_endpoint *endpoint, const ngtcp2_cid *cid, struct lp_conn *conn)
{
	lp_map_put(endpoint->by_cid, cid->data, cid->datalen, conn);
}

void lp_endpoint_remove_cid(struct lp_endpoint *endpoint, const ngtcp2_cid *cid)
{
	lp_map_remove(endpoint->by_cid, cid->data, cid->datalen);
	endpoint->last = NULL;
}

/* --- opening --- */

static enum lp_err make_client(struct lp_conn *conn, uint64_t now)
{
	union lp_sockaddr local, remote;
	ngtcp2_path path = lp_path_to_ngtcp2(&conn->path, &local, &remote);
	ngtcp2_settings settings;
	ngtcp2_transport_params params;
	ngtcp2_cid scid, dcid;
	lp_conn_settings(&settings, now);
	lp_conn_params(&params);

	scid.datalen = LP_QUIC_CID_LEN;
	lp_random_public(scid.data, scid.datalen);
	dcid.datalen =
		18; /* at least 8 unpredictable bytes (RFC 9000 §7.2), and the shard before them */
	lp_random_public(dcid.data, dcid.datalen);
	dcid.data[0] = conn->shard;

	enum lp_err err = lp_tls_client(conn);
	if (err != LP_OK)
		return err;
	int code =
		ngtcp2_conn_client_new(&conn->quic, &dcid, &scid, &path, NGTCP2_PROTO_VER_V1,
				       &lp_conn_callbacks_client, &settings, &params, NULL, conn);
	if (code != 0) {
		lp_error(LOG, "cannot make a connection: %s", ngtcp2_strerror(code));
		return LP_ERR_QUIC;
	}
	ngtcp2_conn_set_tls_native_handle(conn->quic, conn->tls);
	ngtcp2_conn_set_keep_alive_timeout(conn->quic, LP_QUIC_KEEP_ALIVE_NS);
	lp_endpoint_add_cid(conn->endpoint, &scid, conn);
	return LP_OK;
}

enum lp_err lp_endpoint_connect(struct lp_endpoint *endpoint, const struct lp_connect *connect,
				const struct lp_conn_ops *ops, void *user, uint64_t now,
				struct lp_conn **out)
{
	struct lp_conn *conn = lp_conn_new(endpoint, &connect->path, false, connect->shard, now);
	conn->trust = connect->trust;
	conn->server_name = connect->server_name ? lp_strdup(connect->server_name) : NULL;
	conn->wall_ns = connect->wall_ns;
	enum lp_err err = make_client(conn, now);
	if (err != LP_OK) {
		lp_conn_free(conn);
		return err;
	}
	lp_conn_set_owner(conn, ops, user);
	lp_conn_touch(conn);
	*out = conn;
	return LP_OK;
}

/* --- packets in --- */

/* The connection of a packet with a short header, or NULL. */
static struct lp_conn *find_short(struct lp_endpoint *endpoint, const uint8_t *data, size_t len)
{
	if (len < 1 + LP_QUIC_CID_LEN)
		return NULL;
	const uint8_t *cid = data + 1;
	if (endpoint->last && memcmp(endpoint->last_cid, cid, LP_QUIC_CID_LEN) == 0)
		return endpoint->last;
	struct lp_conn *conn = lp_map_get(endpoint->by_cid, cid, LP_QUIC_CID_LEN);
	if (conn) {
		endpoint->last = conn;
		memcpy(endpoint->last_cid, cid, LP_QUIC_CID_LEN);
	}
	return conn;
}

/* The connection of a packet with a long header (RFC 8999 §5.1), or NULL. */
static struct lp_conn *find_long(struct lp_endpoint *endpoint, const uint8_t *data, size_t len)
{
	if (len < 6 || data[5] > NGTCP2_MAX_CIDLEN || len < 6U + data[5] || data[5] == 0)
		return NULL;
	return lp_map_get(endpoint->by_cid, data + 6, data[5]);
}

static void recv_one(struct lp_endpoint *endpoint, const struct lp_packet_rx *rx,
		     const ngtcp2_path *path, const uint8_t *data, size_t len, uint64_t now)
{
	struct lp_conn *conn =
		(data[0] & 0x80) ? find_long(endpoint, data, len) : find_short(endpoint, data, len);
	if (!conn) {
		lp_current.label = NULL;
		lp_endpoint_stray(endpoint, rx, data, len, now);
		return;
	}
	ngtcp2_pkt_info info = {0};
	lp_current.label = conn->label;
	lp_conn_read(conn, path, &info, data, len, now);
}

void lp_endpoint_recv(struct lp_endpoint *endpoint, const struct lp_packet_rx *rx, uint64_t now)
{
	union lp_sockaddr local, remote;
	ngtcp2_path path = lp_path_to_ngtcp2(&rx->path, &local, &remote);
	size_t step = rx->segment_len > 0 ? rx->segment_len : rx->len;
	lp_current.peer = &rx->path.remote;
	lp_current.doing = "reading a packet of";
	for (size_t offset = 0; offset < rx->len; offset += step)
		recv_one(endpoint, rx, &path, rx->data + offset, LP_MIN(step, rx->len - offset),
			 now);
	lp_current.doing = NULL;
}

/* --- turns --- */

static void begin(const struct lp_conn *conn, const char *doing)
{
	lp_current.label = conn->label;
	lp_current.peer = &conn->path.remote;
	lp_current.doing = doing;
}

void lp_endpoint_tick(struct lp_endpoint *endpoint, uint64_t now)
{
	if (now < endpoint->deadline_ns)
		return;
	endpoint->deadline_ns = LP_NEVER;
	struct lp_conn *conn;
	struct lp_conn *following;
	LP_LIST_FOREACH_SAFE (conn, following, &endpoint->conns, struct lp_conn, link) {
		if (conn->has_ended)
			continue;
		if (conn->deadline_ns <= now) {
			begin(conn, "handling a timer of");
			lp_conn_expire(conn, now);
		} else if (conn->deadline_ns < endpoint->deadline_ns) {
			endpoint->deadline_ns = conn->deadline_ns;
		}
	}
	lp_current.doing = NULL;
}

/* True when something was written. */
static bool write_touched(struct lp_endpoint *endpoint, uint64_t now)
{
	struct lp_conn *conn;
	bool has_written = false;
	LP_LIST_FOREACH (conn, &endpoint->active, struct lp_conn, active) {
		if (!conn->wants_write || conn->has_ended)
			continue;
		begin(conn, "writing to");
		lp_conn_write(conn, now);
		has_written = true;
	}
	lp_current.doing = NULL;
	return has_written;
}

void lp_endpoint_flush(struct lp_endpoint *endpoint, uint64_t now)
{
	struct lp_conn *conn;
	struct lp_conn *following;
	/* A connection that ends while it writes is told to others, which may be done already. */
	for (int round = 0; round < FLUSH_ROUNDS && write_touched(endpoint, now); round++)
		;
	lp_tx_batch_send(&endpoint->tx_batch);
	LP_LIST_FOREACH_SAFE (conn, following, &endpoint->active, struct lp_conn, active) {
		lp_list_remove(&conn->active);
		if (conn->has_ended)
			lp_conn_free(conn);
		else
			lp_conn_update_deadline(conn, now);
	}
}

uint64_t lp_endpoint_deadline(const struct lp_endpoint *endpoint)
{
	return endpoint->deadline_ns;
}

size_t lp_endpoint_conn_count(const struct lp_endpoint *endpoint)
{
	return endpoint->conn_count;
}

const struct lp_endpoint_stats *lp_endpoint_stats(const struct lp_endpoint *endpoint)
{
	return &endpoint->stats;
}
