/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/udp.h"

#include "base/log.h"
#include "base/mem.h"
#include "platform/linux/udp_inherit.h"
#include "platform/linux/udp_socket.h"
#include "platform/sockaddr.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define RX_LEN	     65536
#define RX_STRIDE    (RX_LEN + 64) /* not a power of two: else all begin in one set of the cache */
#define ERRORS_MAX   64		   /* ICMP errors looked at in one go */
#define GSO_SEGMENTS 64		   /* UDP_MAX_SEGMENTS of older kernels */
#define GSO_LEN	     65507	   /* 65535 less IPv4 and UDP header */
#define REFUSERS     256
#define REFUSED_RUNS 100000 /* sent packet by packet before UDP_SEGMENT is tried again */

/* Segment size, destination address (IPv6 is the larger), traffic class. */
#define RX_CONTROL                                                                                 \
	(CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int)))
#define TX_CONTROL (CMSG_SPACE(sizeof(uint16_t)) + CMSG_SPACE(sizeof(struct in6_pktinfo)))

/* Somebody on whose path UDP_SEGMENT was refused: an interface without the ability. */
struct refuser {
	struct lp_addr addr;
	uint32_t runs_left; /* 0 = nobody */
};

struct lp_udp {
	struct lp_udp_socket socket;
	struct refuser refusers[REFUSERS]; /* by refuser_slot; who comes later has the place */
	bool has_refusers;
	struct lp_watcher *watcher;
	struct lp_watch *watch;
	struct lp_udp_stats stats;
	struct lp_addr unreachable; /* whom ICMP spoke of last; family NONE = nobody */

	uint8_t *rx_data; /* LP_UDP_BATCH buffers, mapped as they are touched */
	struct mmsghdr rx_message[LP_UDP_BATCH];
	struct iovec rx_iov[LP_UDP_BATCH];
	union lp_sockaddr rx_name[LP_UDP_BATCH];
	union {
		struct cmsghdr align;
		uint8_t data[RX_CONTROL];
	} rx_control[LP_UDP_BATCH];
	size_t rx_used; /* messages that the last receive wrote to */

	struct mmsghdr tx_message[LP_UDP_BATCH];
	struct iovec tx_iov[LP_UDP_BATCH];
	union lp_sockaddr tx_name[LP_UDP_BATCH];
	union {
		struct cmsghdr align;
		uint8_t data[TX_CONTROL];
	} tx_control[LP_UDP_BATCH];
	size_t tx_segment[LP_UDP_BATCH]; /* 0: a single packet */
	size_t tx_count;
};

static void prepare_rx(struct lp_udp *udp, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct msghdr *header = &udp->rx_message[i].msg_hdr;

		udp->rx_iov[i].iov_base = udp->rx_data + i * RX_STRIDE;
		udp->rx_iov[i].iov_len = RX_LEN;
		header->msg_iov = &udp->rx_iov[i];
		header->msg_iovlen = 1;
		header->msg_name = &udp->rx_name[i];
		header->msg_namelen = sizeof(udp->rx_name[i]);
		header->msg_control = &udp->rx_control[i];
		header->msg_controllen = sizeof(udp->rx_control[i]);
	}
}

/* "Too large" is only counted: the path is probed (link/pathprobe.h). */
static bool is_unreachable(struct lp_udp *udp, const struct sock_extended_err *error)
{
	bool is_icmp =
		error->ee_origin == SO_EE_ORIGIN_ICMP || error->ee_origin == SO_EE_ORIGIN_ICMP6;

	udp->stats.icmp_too_large += is_icmp && error->ee_errno == EMSGSIZE;
	return is_icmp && error->ee_errno != EMSGSIZE;
}

/* Reads what ICMP said, so that the descriptor does not stay ready for it. */
static void drain_errors(struct lp_udp *udp)
{
	for (int i = 0; i < ERRORS_MAX; i++) {
		union {
			struct cmsghdr align;
			uint8_t data[512];
		} control;
		union lp_sockaddr name; /* where the packet was to go */
		struct msghdr header = {.msg_name = &name,
					.msg_namelen = sizeof(name),
					.msg_control = &control,
					.msg_controllen = sizeof(control)};

		if (recvmsg(udp->socket.fd, &header, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			return;
		for (struct cmsghdr *c = CMSG_FIRSTHDR(&header); c; c = CMSG_NXTHDR(&header, c)) {
			struct sock_extended_err error;
			bool is_error = (c->cmsg_level == SOL_IP && c->cmsg_type == IP_RECVERR) ||
					(c->cmsg_level == SOL_IPV6 && c->cmsg_type == IPV6_RECVERR);

			if (!is_error)
				continue;
			memcpy(&error, CMSG_DATA(c), sizeof(error));
			if (!is_unreachable(udp, &error))
				continue;
			udp->stats.icmp_unreachable++;
			if (header.msg_namelen > 0)
				lp_sockaddr_decode(&name, &udp->unreachable);
		}
	}
}

/* The address that a packet came to, where the control message says it. */
static void read_local(const struct cmsghdr *c, uint16_t port, struct lp_addr *local)
{
	union lp_sockaddr name;

	if (c->cmsg_level == SOL_IP && c->cmsg_type == IP_PKTINFO) {
		struct in_pktinfo info;

		memcpy(&info, CMSG_DATA(c), sizeof(info));
		name.ip4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = info.ipi_addr};
	} else if (c->cmsg_level == SOL_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
		struct in6_pktinfo info;

		memcpy(&info, CMSG_DATA(c), sizeof(info));
		name.ip6 = (struct sockaddr_in6){.sin6_family = AF_INET6,
						 .sin6_addr = info.ipi6_addr,
						 .sin6_scope_id = (uint32_t)info.ipi6_ifindex};
	} else {
		return;
	}
	lp_sockaddr_decode(&name, local);
	local->port = port;
}

static void read_control(const struct lp_udp *udp, struct msghdr *header, struct lp_packet_rx *rx)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		int value = 0;

		if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO) {
			memcpy(&value, CMSG_DATA(c), sizeof(value));
			if (value > 0)
				rx->segment_len = LP_MIN((size_t)value, rx->len);
		} else if (udp->socket.has_local) {
			read_local(c, udp->socket.local.port, &rx->path.local);
		}
	}
}

static void read_message(struct lp_udp *udp, size_t index, struct lp_packet_rx *rx)
{
	struct mmsghdr *message = &udp->rx_message[index];

	*rx = (struct lp_packet_rx){
		.data = udp->rx_iov[index].iov_base,
		.len = message->msg_len,
		.segment_len = message->msg_len,
	};
	rx->path.local = udp->socket.rx_local;
	lp_sockaddr_decode(&udp->rx_name[index], &rx->path.remote);
	read_control(udp, &message->msg_hdr, rx);
}

static uint64_t packet_count(size_t len, size_t segment_len)
{
	return len <= segment_len || segment_len == 0 ? 1 : (len + segment_len - 1) / segment_len;
}

enum lp_err lp_udp_recv_batch(struct lp_udp *udp, struct lp_packet_rx *rx, size_t *got)
{
	int n;

	*got = 0;
	prepare_rx(udp, udp->rx_used);
	udp->rx_used = 0;
	n = recvmmsg(udp->socket.fd, udp->rx_message, LP_UDP_BATCH, MSG_DONTWAIT, NULL);
	if (n < 0) {
		if (errno == EAGAIN || errno == EINTR)
			return LP_ERR_AGAIN;
		/* What ICMP said of some packet of ours stands in front of what was received. */
		drain_errors(udp);
		n = recvmmsg(udp->socket.fd, udp->rx_message, LP_UDP_BATCH, MSG_DONTWAIT, NULL);
		if (n < 0)
			return LP_ERR_AGAIN;
	}
	udp->rx_used = (size_t)n;
	for (size_t i = 0; i < udp->rx_used; i++) {
		read_message(udp, i, &rx[i]);
		udp->stats.packets_rx += packet_count(rx[i].len, rx[i].segment_len);
	}
	udp->stats.buffers_rx += udp->rx_used;
	*got = udp->rx_used;
	return LP_OK;
}

/* Appends a control message; header->msg_controllen grows by it. */
static void put_control(struct msghdr *header, int level, int type, const void *data, size_t len)
{
	struct cmsghdr *c = (void *)((uint8_t *)header->msg_control + header->msg_controllen);

	memset(c, 0, CMSG_SPACE(len));
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), data, len);
	header->msg_controllen += CMSG_SPACE(len);
}

static void put_local(const struct lp_udp *udp, struct msghdr *header, const struct lp_addr *local)
{
	if (!udp->socket.has_local)
		return;
	if (local->family == LP_ADDR_IP4) {
		struct in_pktinfo info = {0};

		memcpy(&info.ipi_spec_dst, local->ip, sizeof(info.ipi_spec_dst));
		put_control(header, SOL_IP, IP_PKTINFO, &info, sizeof(info));
	} else if (local->family == LP_ADDR_IP6 && udp->socket.is_ip6) {
		struct in6_pktinfo info = {.ipi6_ifindex = local->scope_id};

		memcpy(&info.ipi6_addr, local->ip, sizeof(info.ipi6_addr));
		put_control(header, SOL_IPV6, IPV6_PKTINFO, &info, sizeof(info));
	}
}

static void put_message(struct lp_udp *udp, const struct lp_path *path, const uint8_t *data,
			size_t len, size_t segment_len)
{
	size_t index = udp->tx_count;
	struct msghdr *header = &udp->tx_message[index].msg_hdr;
	uint16_t segment = (uint16_t)segment_len;

	/* The kernel only reads it: struct iovec has no const. */
	udp->tx_iov[index] = (struct iovec){.iov_base = (void *)(uintptr_t)data, .iov_len = len};
	*header = (struct msghdr){
		.msg_name = &udp->tx_name[index],
		.msg_iov = &udp->tx_iov[index],
		.msg_iovlen = 1,
		.msg_control = &udp->tx_control[index],
	};
	header->msg_namelen =
		lp_sockaddr_encode(&path->remote, udp->socket.is_ip6, &udp->tx_name[index]);
	put_local(udp, header, &path->local);
	udp->tx_segment[index] = 0;
	if (len > segment_len) {
		put_control(header, SOL_UDP, UDP_SEGMENT, &segment, sizeof(segment));
		udp->tx_segment[index] = segment_len;
	}
	if (header->msg_controllen == 0)
		header->msg_control = NULL;
	udp->tx_count++;
}

static void count_sent(struct lp_udp *udp, size_t len, size_t segment_len)
{
	udp->stats.buffers_tx++;
	udp->stats.packets_tx += packet_count(len, segment_len);
}

static void count_lost(struct lp_udp *udp, int error, uint64_t packets)
{
	switch (error) {
	case EAGAIN:
	case ENOBUFS:
	case ENOMEM:
		udp->stats.send_no_room += packets;
		break;
	case EMSGSIZE:
		udp->stats.send_too_large += packets;
		break;
	default:
		udp->stats.send_errors += packets;
		break;
	}
}

/* One address of a peer's is one route, whatever its port. */
static struct refuser *refuser_slot(struct lp_udp *udp, const struct lp_addr *addr)
{
	unsigned hash = 0;

	for (size_t i = 0; i < sizeof(addr->ip); i++)
		hash = hash * 31 + addr->ip[i];
	return &udp->refusers[hash % REFUSERS];
}

/* Is this run to go packet by packet? */
static bool is_refused(struct lp_udp *udp, const struct lp_addr *addr)
{
	struct refuser *refuser;

	if (!udp->has_refusers)
		return false;
	refuser = refuser_slot(udp, addr);
	if (refuser->runs_left == 0 || !lp_addr_equal_ip(&refuser->addr, addr))
		return false;
	refuser->runs_left--;
	return true;
}

static void note_refuser(struct lp_udp *udp, const struct lp_addr *addr, int refusal)
{
	char text[LP_ADDR_TEXT_LEN];

	*refuser_slot(udp, addr) = (struct refuser){*addr, REFUSED_RUNS};
	if (!udp->has_refusers)
		lp_warn("udp",
			"sending packet by packet where UDP_SEGMENT is refused, which costs more: "
			"to %s: %s",
			lp_addr_format_ip(addr, text), strerror(refusal));
	udp->has_refusers = true;
}

/* Sends one message, once more if what failed was the report of an earlier one. */
static int send_one(struct lp_udp *udp, struct msghdr *header)
{
	int error = 0;

	for (int tries = 0; tries < 2; tries++) {
		if (sendmsg(udp->socket.fd, header, MSG_DONTWAIT) >= 0)
			return 0;
		error = errno;
		if (error == EAGAIN || error == EMSGSIZE)
			break;
		if (udp->socket.has_errors)
			drain_errors(udp);
	}
	return error;
}

/*
 * Sends a message that was refused as a whole packet by packet. If those go, it was UDP_SEGMENT
 * that the path does not want, and it is not tried again there; if not, it was something else.
 */
static void send_singly(struct lp_udp *udp, size_t index, int refusal)
{
	struct msghdr header = udp->tx_message[index].msg_hdr;
	uint8_t *data = udp->tx_iov[index].iov_base;
	size_t left = udp->tx_iov[index].iov_len;
	size_t segment_len = udp->tx_segment[index];
	bool is_refusal = false;
	struct lp_addr to;
	struct iovec iov;

	header.msg_iov = &iov;
	header.msg_controllen -= CMSG_SPACE(sizeof(uint16_t));
	if (header.msg_controllen == 0)
		header.msg_control = NULL;
	for (; left > 0; data += iov.iov_len, left -= iov.iov_len) {
		iov = (struct iovec){.iov_base = data, .iov_len = LP_MIN(left, segment_len)};
		int error = send_one(udp, &header);

		if (error == EMSGSIZE || error == EAGAIN) {
			count_lost(udp, error, packet_count(left, segment_len));
			return;
		}
		if (error != 0) {
			count_lost(udp, error, 1);
			continue;
		}
		count_sent(udp, iov.iov_len, iov.iov_len);
		is_refusal = true;
	}
	if (!is_refusal)
		return;
	lp_sockaddr_decode(&udp->tx_name[index], &to);
	note_refuser(udp, &to, refusal);
}

/* The message at `index` failed. Returns false if the rest of the batch need not be tried. */
static bool handle_failure(struct lp_udp *udp, size_t index, int error)
{
	size_t segment_len = udp->tx_segment[index];
	size_t len = udp->tx_iov[index].iov_len;

	if (error == EAGAIN) {
		for (size_t i = index; i < udp->tx_count; i++)
			count_lost(udp, error,
				   packet_count(udp->tx_iov[i].iov_len, udp->tx_segment[i]));
		return false;
	}
	if (segment_len > 0 && (error == EIO || error == EINVAL)) {
		send_singly(udp, index, error);
		return true;
	}
	if (udp->socket.has_errors && error != EMSGSIZE && error != ENOBUFS) {
		drain_errors(udp);
		error = send_one(udp, &udp->tx_message[index].msg_hdr);
	}
	if (error == 0)
		count_sent(udp, len, segment_len);
	else
		count_lost(udp, error, packet_count(len, segment_len));
	return true;
}

static void flush(struct lp_udp *udp)
{
	size_t at = 0;

	while (at < udp->tx_count) {
		int n = sendmmsg(udp->socket.fd, udp->tx_message + at,
				 (unsigned int)(udp->tx_count - at), MSG_DONTWAIT);

		for (int i = 0; i < n; i++, at++)
			count_sent(udp, udp->tx_iov[at].iov_len, udp->tx_segment[at]);
		if (n < 0 && errno != EINTR && !handle_failure(udp, at++, errno))
			break;
	}
	udp->tx_count = 0;
}

void lp_udp_send_batch(struct lp_udp *udp, const struct lp_packet_tx *tx, size_t tx_count)
{
	for (size_t i = 0; i < tx_count; i++) {
		const uint8_t *data = tx[i].data;
		size_t left = tx[i].len;
		size_t segment_len = LP_MIN(tx[i].segment_len, left);
		size_t most = segment_len;

		if (left == 0)
			continue;
		if (segment_len == 0)
			segment_len = most = left;
		if (segment_len <= GSO_LEN && left > segment_len &&
		    !is_refused(udp, &tx[i].path.remote))
			most = segment_len * LP_MIN(GSO_LEN / segment_len, (size_t)GSO_SEGMENTS);
		while (left > 0) {
			size_t len = LP_MIN(left, most);

			put_message(udp, &tx[i].path, data, len, segment_len);
			if (udp->tx_count == LP_UDP_BATCH)
				flush(udp);
			data += len;
			left -= len;
		}
	}
	flush(udp);
}

static struct lp_udp *udp_new(const struct lp_udp_socket *socket)
{
	struct lp_udp *udp = lp_alloc(sizeof(*udp));

	udp->socket = *socket;
	udp->rx_data = lp_alloc_array(LP_UDP_BATCH, RX_STRIDE);
	prepare_rx(udp, LP_UDP_BATCH);
	return udp;
}

unsigned lp_udp_worker_count(const struct lp_listen *listen, unsigned wanted)
{
	struct lp_udp_socket sockets[LP_INHERIT_MAX];
	unsigned count = lp_udp_inherit_look(listen, wanted, sockets);

	return count > 0 ? count : wanted;
}

enum lp_err lp_udp_open_listen(const struct lp_listen *listen, unsigned worker_count,
			       struct lp_udp **out)
{
	struct lp_udp_socket *sockets = lp_alloc_array(worker_count, sizeof(*sockets));
	enum lp_err err = lp_udp_socket_listen(listen, worker_count, sockets);

	for (unsigned i = 0; i < worker_count && err == LP_OK; i++)
		out[i] = udp_new(&sockets[i]);
	free(sockets);
	return err;
}

enum lp_err lp_udp_open_connect(enum lp_addr_family family, struct lp_udp **out)
{
	struct lp_udp_socket socket;
	enum lp_err err = lp_udp_socket_connect(family, &socket);

	if (err == LP_OK)
		*out = udp_new(&socket);
	return err;
}

enum lp_err lp_udp_start(struct lp_udp *udp, struct lp_watcher *watcher,
			 void (*on_ready)(void *arg), void *arg)
{
	udp->watcher = watcher;
	udp->watch = watcher->add(watcher, udp->socket.fd, on_ready, arg);
	return udp->watch ? LP_OK : LP_ERR_SYSTEM;
}

void lp_udp_close(struct lp_udp *udp)
{
	if (!udp)
		return;
	if (udp->watch)
		udp->watcher->remove(udp->watcher, udp->watch);
	if (udp->socket.fd >= 0)
		close(udp->socket.fd);
	free(udp->rx_data);
	free(udp);
}

bool lp_udp_take_unreachable(struct lp_udp *udp, struct lp_addr *addr)
{
	*addr = udp->unreachable;
	udp->unreachable.family = LP_ADDR_NONE;
	return addr->family != LP_ADDR_NONE;
}

void lp_udp_local_addr(const struct lp_udp *udp, struct lp_addr *addr)
{
	*addr = udp->socket.local;
}

void lp_udp_read_stats(const struct lp_udp *udp, struct lp_udp_stats *stats)
{
	*stats = udp->stats;
}
