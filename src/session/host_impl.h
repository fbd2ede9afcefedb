/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The inside of a host: host.c is sockets and timers, bridge.c the device, host_report.c what
 * admins see.
 */
#ifndef LP_SESSION_HOST_IMPL_H
#define LP_SESSION_HOST_IMPL_H

#include "base/log.h"
#include "platform/resolve.h"
#include "platform/udp.h"
#include "session/host.h"

#define LP_BRIDGE_BATCH 64

/* When the last frame was carried, and the last broadcast among them; 0 = never. */
struct lp_bridge_last {
	uint64_t frame_ns;
	uint64_t broadcast_ns;
};

struct lp_bridge {
	struct lp_framedev *dev;	      /* NULL while it is lost */
	struct lp_frame *rx[LP_BRIDGE_BATCH]; /* buffers that are ready to be read into */
	uint8_t spare[LP_FRAME_MAX];	      /* read into when the pool is empty */
	struct lp_frame *tx[LP_BRIDGE_BATCH]; /* to be written at the end of the turn */
	size_t tx_count;
	unsigned batches_due; /* the device said that it has some */
	uint64_t reopen_ns;
	struct lp_bridge_last last_rx; /* of the party, written to the device */
	struct lp_bridge_last last_tx; /* of the device, on its way to the party */
	uint64_t reopen_count;
	bool frame_log;
};

struct lp_host {
	struct lp_loop *loop;
	struct lp_host_config config;
	const struct lp_host_ops *ops;
	void *user;
	struct lp_session *session;
	struct lp_trust *trust;
	struct lp_hostport relay;
	char name[64];
	char ticket[LP_TICKET_MAX + 1];
	struct lp_udp *udp4; /* NULL: this machine has none of that family */
	struct lp_udp *udp6;
	struct lp_packet_rx rx[LP_UDP_BATCH]; /* what is being read */
	struct lp_resolve *resolve;
	struct lp_timer *timer;
	struct lp_timer *second;
	struct lp_bridge bridge;
	struct lp_log_limit people_log_limit;
	struct lp_log_limit family_log_limit;
	struct lp_host_losses losses[2]; /* ever, when the attempt before began, and this one */
	void (*on_stopped)(void *arg);
	void *stopped_arg;
};

/* --- bridge.c --- */
enum lp_err lp_bridge_attach(struct lp_host *host, struct lp_framedev *dev);
void lp_bridge_fini(struct lp_host *host);
/*
 * Reads what the device has. At the end of a turn, when what the relay said in it has been heard:
 * frames are judged by what is known by then (G18).
 */
void lp_bridge_read(struct lp_host *host);
/* A frame for the device: queues it for the end of the turn. */
enum lp_verdict lp_bridge_down(struct lp_host *host, struct lp_frame *frame, uint64_t now);
void lp_bridge_flush(struct lp_host *host);
/* Tries a lost device again when it is time. */
void lp_bridge_second(struct lp_host *host, uint64_t now);

#endif
