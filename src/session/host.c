/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/inet.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/quote.h"
#include "base/rand.h"
#include "session/host_impl.h"
#include "state/identity.h"

#include <stdlib.h>

#define LOG "session"

#define PEOPLE_BURST 300 /* lines in 10 s about who comes and goes */

/* --- packets --- */

static void on_udp_ready(void *arg, struct lp_udp *udp)
{
	struct lp_host *host = arg;
	size_t got = 0;
	if (!udp || lp_udp_recv_batch(udp, host->rx, &got) != LP_OK)
		return;
	for (size_t i = 0; i < got; i++)
		lp_session_recv(host->session, &host->rx[i], lp_loop_now(host->loop));
}

static void on_udp4_ready(void *arg)
{
	on_udp_ready(arg, ((struct lp_host *)arg)->udp4);
}

static void on_udp6_ready(void *arg)
{
	on_udp_ready(arg, ((struct lp_host *)arg)->udp6);
}

static enum lp_err open_socket(struct lp_host *host, enum lp_addr_family family,
			       void (*on_ready)(void *arg), struct lp_udp **udp)
{
	enum lp_err err = lp_udp_open_connect(family, udp);
	if (err == LP_ERR_UNSUPPORTED)
		return LP_OK; /* told when a relay has only such an address */
	if (err == LP_OK)
		err = lp_udp_start(*udp, lp_loop_watcher(host->loop), on_ready, host);
	return err;
}

/* Both before it is known which one is needed: later there are no privileges for their buffers. */
static enum lp_err open_sockets(struct lp_host *host)
{
	enum lp_err err = open_socket(host, LP_ADDR_IP4, on_udp4_ready, &host->udp4);
	if (err == LP_OK)
		err = open_socket(host, LP_ADDR_IP6, on_udp6_ready, &host->udp6);
	return err;
}

static void send_packets(void *user, const struct lp_packet_tx *tx, size_t tx_count)
{
	struct lp_host *host = user;
	const struct lp_addr *relay = &tx[0].path.remote;
	bool is_ip4 = relay->family == LP_ADDR_IP4;
	struct lp_udp *udp = is_ip4 ? host->udp4 : host->udp6;
	char text[LP_ADDR_TEXT_LEN];
	if (udp)
		lp_udp_send_batch(udp, tx, tx_count);
	else
		lp_log_write_limited(&host->family_log_limit, lp_loop_now(host->loop)->mono_ns,
				     LP_LOG_WARN, LOG,
				     "cannot send to the relay at %s: this machine has no %s",
				     lp_addr_format(relay, text), is_ip4 ? "IPv4" : "IPv6");
}

/* --- names --- */

static void on_resolved(void *arg, enum lp_err err, const struct lp_addr *addrs, size_t addr_count)
{
	struct lp_host *host = arg;
	struct lp_addr copy[LP_RESOLVE_MAX];
	size_t count = LP_MIN(addr_count, (size_t)LP_RESOLVE_MAX);
	for (size_t i = 0; i < count; i++)
		copy[i] = addrs[i];
	lp_resolve_cancel(host->resolve);
	host->resolve = NULL;
	lp_session_resolved(host->session, err, copy, count, lp_loop_now(host->loop));
}

static void resolve(void *user)
{
	struct lp_host *host = user;
	if (host->resolve)
		return; /* a resolver may need longer than there is between two questions */
	enum lp_err err = lp_resolve_start(&host->relay, lp_loop_watcher(host->loop), on_resolved,
					   host, &host->resolve);
	if (err != LP_OK)
		lp_session_resolved(host->session, err, NULL, 0, lp_loop_now(host->loop));
}

static void add_losses(const struct lp_udp *udp, struct lp_host_losses *losses)
{
	struct lp_udp_stats stats;
	if (!udp)
		return;
	lp_udp_read_stats(udp, &stats);
	losses->refused += stats.send_errors;
	losses->too_large += stats.send_too_large + stats.icmp_too_large;
}

static struct lp_host_losses losses_ever(const struct lp_host *host)
{
	struct lp_host_losses losses = {0};
	add_losses(host->udp4, &losses);
	add_losses(host->udp6, &losses);
	return losses;
}

void lp_host_read_losses(const struct lp_host *host, struct lp_host_losses *losses)
{
	*losses = losses_ever(host);
	losses->refused -= host->losses[0].refused;
	losses->too_large -= host->losses[0].too_large;
}

/* --- what the session tells --- */

static enum lp_verdict on_frame(void *user, struct lp_frame *frame, uint64_t now)
{
	return lp_bridge_down(user, frame, now);
}

static void on_connecting(void *user, const struct lp_addr *relay, uint64_t now)
{
	struct lp_host *host = user;
	host->losses[0] = host->losses[1];
	host->losses[1] = losses_ever(host);
	if (host->ops->on_connecting)
		host->ops->on_connecting(host->user, relay, now);
}

static void on_welcome(void *user, const struct lp_welcome *welcome, uint64_t now)
{
	struct lp_host *host = user;
	host->ops->on_welcome(host->user, welcome, now);
}

static void on_lost(void *user, const char *why, uint64_t now)
{
	struct lp_host *host = user;
	host->ops->on_lost(host->user, why, now);
}

static void on_peer_joined(void *user, const struct lp_session_peer *peer, uint64_t now)
{
	struct lp_host *host = user;
	char text[128];
	lp_log_write_limited(&host->people_log_limit, now, LP_LOG_INFO, LOG, "%s is in the room",
			     lp_session_peer_describe(peer, text));
	host->ops->on_peer_joined(host->user, peer, now);
}

static void on_peer_left(void *user, const struct lp_session_peer *peer, const char *reason,
			 uint64_t now)
{
	struct lp_host *host = user;
	char text[128], quoted[LP_QUOTED_LEN];
	lp_log_write_limited(&host->people_log_limit, now, LP_LOG_INFO, LOG, "%s left the room: %s",
			     lp_session_peer_describe(peer, text),
			     lp_quote(reason, LP_QUOTE_SENTENCE, quoted, sizeof(quoted)));
	host->ops->on_peer_left(host->user, peer, reason, now);
}

static void on_ticket(void *user, const char *ticket)
{
	struct lp_host *host = user;
	if (lp_identity_ticket_write(host->config.store, host->config.conf->relay,
				     host->config.conf->room, ticket) != LP_OK)
		lp_warn(LOG,
			"cannot keep the resume ticket in %s: after a crash the relay may take "
			"half a second longer to let us in",
			lp_store_path(host->config.store));
}

static const struct lp_session_ops session_ops = {
	.send = send_packets,
	.resolve = resolve,
	.on_frame = on_frame,
	.on_connecting = on_connecting,
	.on_welcome = on_welcome,
	.on_lost = on_lost,
	.on_peer_joined = on_peer_joined,
	.on_peer_left = on_peer_left,
	.on_ticket = on_ticket,
};

/* --- time --- */

static void on_time(void *arg)
{
	struct lp_host *host = arg;
	lp_session_tick(host->session, lp_loop_now(host->loop));
}

/* What ICMP said, to whatever was received or sent in this turn or the one before. */
static void check_unreachable(struct lp_host *host, struct lp_udp *udp)
{
	struct lp_addr addr;
	if (udp && lp_udp_take_unreachable(udp, &addr))
		lp_session_unreachable(host->session, &addr, lp_loop_now(host->loop));
}

static void on_turn_end(void *arg)
{
	struct lp_host *host = arg;
	const struct lp_now *now = lp_loop_now(host->loop);
	check_unreachable(host, host->udp4);
	check_unreachable(host, host->udp6);
	if (now->mono_ns >= lp_session_deadline(host->session))
		lp_session_tick(host->session, now);
	lp_bridge_read(host);
	lp_bridge_flush(host);
	lp_session_flush(host->session, now);
	lp_timer_set(host->timer, lp_session_deadline(host->session));
	if (host->on_stopped && lp_session_state(host->session) == LP_SESSION_STOPPED) {
		void (*on_stopped)(void *arg) = host->on_stopped;
		host->on_stopped = NULL;
		on_stopped(host->stopped_arg);
	}
}

static void on_second(void *arg)
{
	struct lp_host *host = arg;
	const struct lp_now *now = lp_loop_now(host->loop);
	lp_session_tick(host->session, now);
	lp_bridge_second(host, now->mono_ns);
	if (host->ops->on_second)
		host->ops->on_second(host->user, now->mono_ns);
	lp_timer_set(host->second, now->mono_ns + LP_NS_PER_S);
}

/* --- life --- */

static enum lp_err make_session(struct lp_host *host)
{
	const struct lp_conf_session *conf = host->config.conf;
	enum lp_err err = lp_hostport_parse(conf->relay, &host->relay);
	if (err == LP_OK)
		err = lp_trust_new(conf->pin, conf->ca_file, &host->trust);
	if (err != LP_OK)
		return err;
	if (!conf->name && gethostname(host->name, sizeof(host->name) - 1) != 0)
		host->name[0] = '\0';
	if (lp_identity_ticket_read(host->config.store, conf->relay, conf->room, host->ticket) !=
	    LP_OK)
		host->ticket[0] = '\0';
	struct lp_session_config session = {
		.role = host->config.role,
		.relay_name = conf->relay,
		.has_zone = host->relay.has_zone,
		.server_name = conf->server_name ? conf->server_name : host->relay.host,
		.room = conf->room,
		.name = conf->name ? conf->name : host->name,
		.trust = host->trust,
		.has_mac = host->config.has_mac,
		.mac = host->config.mac,
		.ticket = host->ticket,
		.lan_prefixes = host->config.lan_prefixes,
		.lan_prefix_count = host->config.lan_prefix_count,
		.fragments = conf->fragments,
		.udp_payload_max = conf->udp_payload_max,
	};
	lp_rand_bytes(&session.rand_seed, sizeof(session.rand_seed));
	host->session = lp_session_new(&session, &session_ops, host, lp_loop_now(host->loop));
	return LP_OK;
}

enum lp_err lp_host_start(struct lp_loop *loop, const struct lp_host_config *config,
			  struct lp_framedev *dev, const struct lp_host_ops *ops, void *user,
			  struct lp_host **out)
{
	struct lp_host *host = lp_alloc(sizeof(*host));
	host->loop = loop;
	host->config = *config;
	host->ops = ops;
	host->user = user;
	host->people_log_limit.burst = PEOPLE_BURST;
	host->family_log_limit.burst = 1;
	enum lp_err err = make_session(host);
	if (err != LP_OK) {
		dev->ops->close(dev);
		lp_trust_free(host->trust);
		free(host);
		return err;
	}
	host->timer = lp_timer_new(loop, on_time, host);
	host->second = lp_timer_new(loop, on_second, host);
	err = lp_bridge_attach(host, dev);
	if (err != LP_OK)
		lp_error(LOG, "cannot read from the network device: %s", lp_err_text(err));
	else
		err = open_sockets(host);
	if (err != LP_OK) {
		lp_host_free(host);
		return err;
	}
	lp_timer_set(host->second, lp_loop_now(loop)->mono_ns + LP_NS_PER_S);
	lp_loop_on_turn_end(loop, on_turn_end, host);
	*out = host;
	return LP_OK;
}

void lp_host_free(struct lp_host *host)
{
	if (!host)
		return;
	if (host->resolve)
		lp_resolve_cancel(host->resolve);
	lp_bridge_fini(host);
	lp_session_free(host->session);
	lp_trust_free(host->trust);
	lp_udp_close(host->udp4);
	lp_udp_close(host->udp6);
	lp_timer_free(host->timer);
	lp_timer_free(host->second);
	free(host);
}

void lp_host_stop(struct lp_host *host, void (*on_stopped)(void *arg), void *arg)
{
	host->on_stopped = on_stopped;
	host->stopped_arg = arg;
	lp_session_stop(host->session, LP_LEFT_SHUTTING_DOWN, lp_loop_now(host->loop));
	lp_timer_set(host->timer, 0);
}

struct lp_session *lp_host_session(struct lp_host *host)
{
	return host->session;
}

struct lp_framedev *lp_host_device(struct lp_host *host)
{
	return host->bridge.dev;
}

void lp_host_inject(struct lp_host *host, const uint8_t *frame, size_t len)
{
	struct lp_framedev *dev = host->bridge.dev;
	struct lp_framedev_tx tx = {frame, len};
	struct lp_framedev_sent sent;
	if (dev && dev->ops->send_batch(dev, &tx, 1, &sent) != LP_OK)
		lp_debug(LOG, "a frame of our own was not taken by the device");
}

void lp_host_reconnect(struct lp_host *host, const char *why)
{
	lp_session_reconnect(host->session, why, lp_loop_now(host->loop));
}
