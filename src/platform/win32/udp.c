/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/udp.h"

#include "base/log.h"
#include "base/mem.h"
#include "platform/sockaddr.h"
#include "platform/win32/winerr.h"

#include <mswsock.h>
#include <stdlib.h>
#include <string.h>

#define RX_LEN	     65536
#define GSO_SEGMENTS 64
#define GSO_LEN	     65507
#define BUFFER_LEN   (4 << 20)
#define RX_TRIES     (2 * LP_UDP_BATCH) /* errors of earlier packets looked at in one go, too */

/* Newer than the compiler's headers (Windows 10 2004). */
#ifndef UDP_SEND_MSG_SIZE
#define UDP_SEND_MSG_SIZE	    2
#define UDP_RECV_MAX_COALESCED_SIZE 3
#define UDP_COALESCED_INFO	    3
#endif
#ifndef IPV6_DONTFRAG
#define IPV6_DONTFRAG 14
#endif
#ifndef SIO_UDP_CONNRESET
#define SIO_UDP_CONNRESET _WSAIOW(IOC_VENDOR, 12)
#endif

/* One control message of a number, each way; its header's length is that of its alignment. */
union control {
	WSACMSGHDR header;
	struct {
		WSACMSGHDR header;
		DWORD value;
	} number;
};

struct lp_udp {
	SOCKET socket;
	bool is_ip6;
	bool has_gso;
	LPFN_WSARECVMSG recv_msg;
	struct lp_watcher *watcher;
	struct lp_watch *watch;
	struct lp_udp_stats stats;
	uint8_t *rx_data; /* LP_UDP_BATCH buffers of RX_LEN, mapped as they are touched */
};

/* --- receiving --- */

/* Only what was asked for comes. */
static size_t segment_len_of(const WSAMSG *message, const union control *control, size_t len)
{
	bool is_there = message->Control.len >= sizeof(control->header) + sizeof(DWORD) &&
			control->header.cmsg_level == IPPROTO_UDP &&
			control->header.cmsg_type == UDP_COALESCED_INFO;

	return is_there && control->number.value > 0 ? LP_MIN((size_t)control->number.value, len)
						     : len;
}

static uint64_t packet_count(size_t len, size_t segment_len)
{
	return len <= segment_len || segment_len == 0 ? 1 : (len + segment_len - 1) / segment_len;
}

/* Returns 0, or why not: WSAEWOULDBLOCK, or what the system says of a packet sent before. */
static int recv_one(struct lp_udp *udp, struct lp_packet_rx *rx, uint8_t *data)
{
	union lp_sockaddr name;
	union control control;
	WSABUF buffer = {.len = RX_LEN, .buf = (char *)data};
	WSAMSG message = {.name = &name.any,
			  .namelen = sizeof(name),
			  .lpBuffers = &buffer,
			  .dwBufferCount = 1,
			  .Control = {.len = sizeof(control), .buf = (char *)&control}};
	DWORD len;

	if (udp->recv_msg(udp->socket, &message, &len, NULL, NULL) != 0)
		return WSAGetLastError();
	*rx = (struct lp_packet_rx){.data = data, .len = len};
	rx->segment_len = segment_len_of(&message, &control, len);
	lp_sockaddr_decode(&name, &rx->path.remote);
	return 0;
}

enum lp_err lp_udp_recv_batch(struct lp_udp *udp, struct lp_packet_rx *rx, size_t *got)
{
	*got = 0;
	for (int i = 0; i < RX_TRIES && *got < LP_UDP_BATCH; i++) {
		int error = recv_one(udp, &rx[*got], udp->rx_data + *got * RX_LEN);

		if (error == WSAEWOULDBLOCK)
			break;
		/* WSAECONNRESET and its like are of some packet of ours, whoever it went to. */
		if (error != 0)
			continue;
		udp->stats.packets_rx += packet_count(rx[*got].len, rx[*got].segment_len);
		udp->stats.buffers_rx++;
		(*got)++;
	}
	return *got > 0 ? LP_OK : LP_ERR_AGAIN;
}

/* --- sending --- */

static void count_lost(struct lp_udp *udp, int error, uint64_t packets)
{
	switch (error) {
	case WSAEWOULDBLOCK:
	case WSAENOBUFS:
		udp->stats.send_no_room += packets;
		break;
	case WSAEMSGSIZE:
		udp->stats.send_too_large += packets;
		break;
	default:
		udp->stats.send_errors += packets;
		break;
	}
}

/* Sends one buffer of one or several packets; returns 0 or why not. */
static int send_one(struct lp_udp *udp, const struct lp_path *path, const uint8_t *data, size_t len,
		    size_t segment_len)
{
	union lp_sockaddr name;
	union control control;
	DWORD sent;
	/* The system only reads it: WSABUF has no const. */
	WSABUF buffer = {.len = (ULONG)len, .buf = (char *)(uintptr_t)data};
	WSAMSG message = {.name = &name.any, .lpBuffers = &buffer, .dwBufferCount = 1};

	message.namelen = lp_sockaddr_encode(&path->remote, udp->is_ip6, &name);
	if (len > segment_len) {
		memset(&control, 0, sizeof(control));
		control.header.cmsg_len = sizeof(control.header) + sizeof(DWORD);
		control.header.cmsg_level = IPPROTO_UDP;
		control.header.cmsg_type = UDP_SEND_MSG_SIZE;
		control.number.value = (DWORD)segment_len;
		message.Control = (WSABUF){.len = sizeof(control), .buf = (char *)&control};
	}
	if (WSASendMsg(udp->socket, &message, 0, &sent, NULL, NULL) == 0)
		return 0;
	return WSAGetLastError();
}

/* Packet by packet; stops where the rest would not go either. */
static void send_singly(struct lp_udp *udp, const struct lp_path *path, const uint8_t *data,
			size_t len, size_t segment_len)
{
	for (size_t n; len > 0; data += n, len -= n) {
		int error;

		n = LP_MIN(len, segment_len);
		error = send_one(udp, path, data, n, n);
		if (error == 0) {
			udp->stats.buffers_tx++;
			udp->stats.packets_tx++;
		} else if (error == WSAEMSGSIZE || error == WSAEWOULDBLOCK) {
			count_lost(udp, error, packet_count(len, segment_len));
			return;
		} else {
			count_lost(udp, error, 1);
		}
	}
}

static void send_run(struct lp_udp *udp, const struct lp_path *path, const uint8_t *data,
		     size_t len, size_t segment_len)
{
	int error;

	if (!udp->has_gso || len <= segment_len) {
		send_singly(udp, path, data, len, segment_len);
		return;
	}
	error = send_one(udp, path, data, len, segment_len);
	if (error == 0) {
		udp->stats.buffers_tx++;
		udp->stats.packets_tx += packet_count(len, segment_len);
	} else if (error == WSAEINVAL || error == WSAEOPNOTSUPP) {
		/* Said to be there, and refused: not tried again. */
		udp->has_gso = false;
		send_singly(udp, path, data, len, segment_len);
	} else {
		count_lost(udp, error, packet_count(len, segment_len));
	}
}

void lp_udp_send_batch(struct lp_udp *udp, const struct lp_packet_tx *tx, size_t tx_count)
{
	for (size_t i = 0; i < tx_count; i++) {
		const uint8_t *data = tx[i].data;
		size_t left = tx[i].len;
		size_t segment_len = tx[i].segment_len > 0 ? tx[i].segment_len : left;
		size_t most = segment_len;

		if (segment_len > 0 && segment_len <= GSO_LEN)
			most = segment_len * LP_MIN(GSO_LEN / segment_len, (size_t)GSO_SEGMENTS);
		for (size_t len; left > 0; data += len, left -= len) {
			len = LP_MIN(left, most);
			send_run(udp, &tx[i].path, data, len, segment_len);
		}
	}
}

/* --- life --- */

static void set_number(SOCKET s, int level, int option, DWORD value)
{
	(void)setsockopt(s, level, option, (const char *)&value, sizeof(value));
}

/* What is not there costs speed, or is not needed: wine has no coalescing, for one. */
static void set_options(struct lp_udp *udp)
{
	SOCKET s = udp->socket;
	DWORD segment = 0, returned;
	int segment_size = sizeof(segment);
	BOOL is_wanted = FALSE;

	if (udp->is_ip6) {
		set_number(s, IPPROTO_IPV6, IPV6_V6ONLY, 1);
		set_number(s, IPPROTO_IPV6, IPV6_DONTFRAG, 1);
	} else {
		set_number(s, IPPROTO_IP, IP_DONTFRAGMENT, 1);
	}
	set_number(s, SOL_SOCKET, SO_RCVBUF, BUFFER_LEN);
	set_number(s, SOL_SOCKET, SO_SNDBUF, BUFFER_LEN);
	set_number(s, IPPROTO_UDP, UDP_RECV_MAX_COALESCED_SIZE, RX_LEN - 1);
	udp->has_gso =
		getsockopt(s, IPPROTO_UDP, UDP_SEND_MSG_SIZE, (char *)&segment, &segment_size) == 0;
	/* Else what ICMP says of one packet fails the next receive. */
	(void)WSAIoctl(s, SIO_UDP_CONNRESET, &is_wanted, sizeof(is_wanted), NULL, 0, &returned,
		       NULL, NULL);
}

static bool prepare(struct lp_udp *udp)
{
	GUID recv_msg = WSAID_WSARECVMSG;
	union lp_sockaddr any = {.ip4 = {.sin_family = AF_INET}};
	u_long is_nonblocking = 1;
	DWORD returned;

	if (udp->is_ip6)
		any.ip6 = (struct sockaddr_in6){.sin6_family = AF_INET6};
	set_options(udp);
	return ioctlsocket(udp->socket, (long)FIONBIO, &is_nonblocking) == 0 &&
	       WSAIoctl(udp->socket, SIO_GET_EXTENSION_FUNCTION_POINTER, &recv_msg,
			sizeof(recv_msg), &udp->recv_msg, sizeof(udp->recv_msg), &returned, NULL,
			NULL) == 0 &&
	       bind(udp->socket, &any.any, udp->is_ip6 ? sizeof(any.ip6) : sizeof(any.ip4)) == 0;
}

enum lp_err lp_udp_open_connect(enum lp_addr_family family, struct lp_udp **out)
{
	struct lp_udp *udp = lp_alloc(sizeof(*udp));
	char text[LP_WINERR_LEN];

	lp_sockets_begin();
	udp->is_ip6 = family == LP_ADDR_IP6;
	udp->socket = WSASocketW(udp->is_ip6 ? AF_INET6 : AF_INET, SOCK_DGRAM, IPPROTO_UDP, NULL, 0,
				 WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
	if (udp->socket != INVALID_SOCKET && prepare(udp)) {
		udp->rx_data = lp_alloc_array(LP_UDP_BATCH, RX_LEN);
		*out = udp;
		return LP_OK;
	}
	int error = WSAGetLastError();
	bool has_family = error != WSAEAFNOSUPPORT && error != WSAEPROTONOSUPPORT;

	if (has_family)
		lp_error("udp", "cannot make a socket: %s", lp_winerr_text((DWORD)error, text));
	lp_udp_close(udp);
	return has_family ? LP_ERR_SYSTEM : LP_ERR_UNSUPPORTED;
}

/* A relay is a server of a year's uptime; nobody has asked for one here. */
unsigned lp_udp_worker_count(const struct lp_listen *listen, unsigned wanted)
{
	(void)listen;
	return wanted;
}

enum lp_err lp_udp_open_listen(const struct lp_listen *listen_at, unsigned worker_count,
			       struct lp_udp **out)
{
	(void)listen_at, (void)worker_count, (void)out;
	lp_error("udp", "a relay runs on Linux only: start it on a Linux server");
	return LP_ERR_UNSUPPORTED;
}

bool lp_udp_is_absent(const struct lp_listen *listen_at)
{
	(void)listen_at;
	return false;
}

void lp_udp_close(struct lp_udp *udp)
{
	if (!udp)
		return;
	if (udp->watch)
		udp->watcher->remove(udp->watcher, udp->watch);
	if (udp->socket != INVALID_SOCKET)
		closesocket(udp->socket);
	free(udp->rx_data);
	free(udp);
}

enum lp_err lp_udp_start(struct lp_udp *udp, struct lp_watcher *watcher,
			 void (*on_ready)(void *arg), void *arg)
{
	udp->watcher = watcher;
	udp->watch = watcher->add(watcher, (intptr_t)udp->socket, on_ready, arg);
	return udp->watch ? LP_OK : LP_ERR_SYSTEM;
}

/* SIO_UDP_CONNRESET would say so, but not of whom. */
bool lp_udp_take_unreachable(struct lp_udp *udp, struct lp_addr *addr)
{
	(void)udp, (void)addr;
	return false;
}

void lp_udp_local_addr(const struct lp_udp *udp, struct lp_addr *addr)
{
	union lp_sockaddr name;
	int len = sizeof(name);

	if (getsockname(udp->socket, &name.any, &len) == 0)
		lp_sockaddr_decode(&name, addr);
	else
		*addr = (struct lp_addr){.family = LP_ADDR_NONE};
}

void lp_udp_read_stats(const struct lp_udp *udp, struct lp_udp_stats *stats)
{
	*stats = udp->stats;
}
