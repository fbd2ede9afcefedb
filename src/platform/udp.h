/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The UDP socket: unconnected, batched, DF set, never fragmenting.
 */
#ifndef LP_PLATFORM_UDP_H
#define LP_PLATFORM_UDP_H

#include "base/addr.h"
#include "base/err.h"
#include "base/packet.h"
#include "platform/source.h"

#define LP_UDP_BATCH 64 /* packets a receive or send call at the most */

/*
 * The buffers in the kernel are 4 MiB each way where CAP_NET_ADMIN is there at the time of opening,
 * else as much of that as the system allows (net.core.rmem_max and wmem_max).
 */
struct lp_udp;

/* Does no interface have the address that is to be listened on? It may come. */
bool lp_udp_is_absent(const struct lp_listen *listen);

/*
 * How many sockets there will be, each with a worker of its own: those that a service manager has
 * opened for us, whatever was asked for; else `wanted`.
 */
unsigned lp_udp_worker_count(const struct lp_listen *listen, unsigned wanted);

/*
 * Opens a group of `worker_count` sockets on one address; byte 0 of the QUIC connection ID picks
 * the socket (modulo worker_count; it is the room's shard, see link/shard.h). A port that any
 * process holds, of this user too, is LP_ERR_BUSY; logs one sentence on failure. A wildcard serves
 * IPv6 and IPv4 on one socket and answers from the address it was asked at. Sockets that a service
 * manager hands over are used instead (lp_udp_worker_count); those that are opened are left with it
 * for the time of a restart, in which their packets wait.
 */
enum lp_err lp_udp_open_listen(const struct lp_listen *listen, unsigned worker_count,
			       struct lp_udp **out) LP_MUST_CHECK;

/*
 * A socket of a session, for a relay of that family, any local address and port. The system chooses
 * the address of each packet, so that a session survives a new network: rx paths have no local one.
 * LP_ERR_UNSUPPORTED, not logged, on a machine without that family; logs all else.
 */
enum lp_err lp_udp_open_connect(enum lp_addr_family family, struct lp_udp **out) LP_MUST_CHECK;

void lp_udp_close(struct lp_udp *udp);

enum lp_err lp_udp_start(struct lp_udp *udp, struct lp_watcher *watcher,
			 void (*on_ready)(void *arg), void *arg) LP_MUST_CHECK;

/*
 * Reads up to LP_UDP_BATCH buffers without waiting into rx[LP_UDP_BATCH]; they are borrowed until
 * the next call. LP_ERR_AGAIN when there was none. *got < LP_UDP_BATCH: nothing more right now.
 * ICMP errors are swallowed here and counted (lp_udp_stats), on sockets of sessions; a listening
 * one does not ask for them.
 */
enum lp_err lp_udp_recv_batch(struct lp_udp *udp, struct lp_packet_rx *rx,
			      size_t *got) LP_MUST_CHECK;

/*
 * Writes all without waiting. Falls back from UDP_SEGMENT to single packets where the path refuses
 * it (EIO, EINVAL: remembered for the address it went to). What finds no room is lost and counted,
 * as on any network.
 */
void lp_udp_send_batch(struct lp_udp *udp, const struct lp_packet_tx *tx, size_t tx_count);

/*
 * True once after ICMP said that packets do not reach *addr: no such port, host or way. Whoever
 * guesses our port can send such a thing, so it is a reason to look, and no proof.
 */
bool lp_udp_take_unreachable(struct lp_udp *udp, struct lp_addr *addr);

/* The local address (port filled in). */
void lp_udp_local_addr(const struct lp_udp *udp, struct lp_addr *addr);

struct lp_udp_stats {
	uint64_t packets_rx;
	uint64_t packets_tx;
	uint64_t buffers_rx;
	uint64_t buffers_tx;
	uint64_t send_no_room;	 /* EAGAIN, ENOBUFS */
	uint64_t send_too_large; /* EMSGSIZE: the path MTU fell */
	uint64_t send_errors;
	uint64_t icmp_unreachable;
	uint64_t icmp_too_large; /* a router said so */
};

void lp_udp_read_stats(const struct lp_udp *udp, struct lp_udp_stats *stats);

#endif
