/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/linux/udp_socket.h"

#include "base/log.h"
#include "base/mem.h"
#include "platform/linux/udp_inherit.h"
#include "platform/sockaddr.h"
#include "platform/udp.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOCKET_BUFFER (4 * 1024 * 1024)

/* Offsets in a QUIC packet, RFC 8999: the first byte of the destination connection ID. */
#define QUIC_LONG_HEADER 0x80
#define QUIC_LONG_DCID	 6
#define QUIC_SHORT_DCID	 1

static bool set_option(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}

/* CAP_NET_ADMIN may go beyond the system's limit; without it we get what the limit lets. */
static void set_buffer(int fd, int forced, int plain)
{
	int size = 0;
	socklen_t len = sizeof(size);

	if (set_option(fd, SOL_SOCKET, forced, SOCKET_BUFFER))
		return;
	(void)set_option(fd, SOL_SOCKET, plain, SOCKET_BUFFER);
	/* The kernel answers with twice the size, for its own overhead. */
	if (getsockopt(fd, SOL_SOCKET, plain, &size, &len) == 0 && size < 2 * SOCKET_BUFFER)
		lp_debug("udp", "socket buffer is %d kB: net.core.%s allows no more", size / 2048,
			 plain == SO_RCVBUF ? "rmem_max" : "wmem_max");
}

static void want_errors(const struct lp_udp_socket *socket)
{
	(void)set_option(socket->fd, SOL_IP, IP_RECVERR, 1);
	if (socket->is_ip6)
		(void)set_option(socket->fd, SOL_IPV6, IPV6_RECVERR, 1);
}

/*
 * What every socket of ours is. "Probe": DF is set, and neither a cached path MTU nor an ICMP
 * message, which anybody can forge, makes the kernel refuse a size; the largest one is found by
 * probing.
 */
static bool configure(const struct lp_udp_socket *socket)
{
	int fd = socket->fd;

	set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF);
	set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF);
	(void)set_option(fd, SOL_UDP, UDP_GRO, 1);
	if (!socket->is_ip6)
		return set_option(fd, SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE) &&
		       (!socket->has_local || set_option(fd, SOL_IP, IP_PKTINFO, 1));
	return set_option(fd, SOL_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE) &&
	       set_option(fd, SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE) &&
	       (!socket->has_local || set_option(fd, SOL_IPV6, IPV6_RECVPKTINFO, 1));
}

static enum lp_err failed(const struct lp_addr *addr, int error)
{
	char text[LP_ADDR_TEXT_LEN];

	lp_addr_format(addr, text);
	switch (error) {
	case EADDRINUSE:
		lp_error("udp",
			 "%s/udp is in use by another process (a relay that runs already?); "
			 "stop that one or listen on another port",
			 text);
		return LP_ERR_BUSY;
	case EACCES:
	case EPERM:
		lp_error("udp",
			 "not allowed to listen on %s/udp; start as root, with the capability "
			 "CAP_NET_BIND_SERVICE, or use a port above 1023",
			 text);
		return LP_ERR_PERMISSION;
	case EADDRNOTAVAIL:
		lp_error("udp",
			 "cannot listen on %s/udp: no interface has that address; listen on one of "
			 "this machine's, or set relay.listen to the port alone",
			 text);
		return LP_ERR_NOT_FOUND;
	default:
		lp_error("udp", "cannot open %s/udp: %s", text, strerror(error));
		return LP_ERR_SYSTEM;
	}
}

/* What an administrator wrote may come later than we do: a NIC that is slow, DHCP, keepalived. */
static bool allow_absent(int fd, bool is_ip6)
{
	return set_option(fd, SOL_IP, IP_FREEBIND, 1) &&
	       (!is_ip6 || set_option(fd, SOL_IPV6, IPV6_FREEBIND, 1));
}

/* Makes and binds one socket at socket->local. Returns 0 or an errno, the socket then closed. */
static int open_bound(struct lp_udp_socket *socket_, bool is_dual, bool is_shared)
{
	union lp_sockaddr name;
	socklen_t len;

	socket_->is_ip6 = socket_->local.family == LP_ADDR_IP6;
	socket_->fd = socket(socket_->is_ip6 ? AF_INET6 : AF_INET,
			     SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (socket_->fd < 0)
		return errno;
	len = lp_sockaddr_encode(&socket_->local, socket_->is_ip6, &name);
	if ((!socket_->is_ip6 || set_option(socket_->fd, SOL_IPV6, IPV6_V6ONLY, !is_dual)) &&
	    (!is_shared || set_option(socket_->fd, SOL_SOCKET, SO_REUSEPORT, 1)) &&
	    (!socket_->is_absent || allow_absent(socket_->fd, socket_->is_ip6)) &&
	    bind(socket_->fd, &name.any, len) == 0 &&
	    getsockname(socket_->fd, &name.any, &len) == 0) {
		lp_sockaddr_decode(&name, &socket_->local);
		return 0;
	}
	int error = errno;

	close(socket_->fd);
	socket_->fd = -1;
	return error;
}

/*
 * As above for what an administrator wrote: a wildcard is one socket of both families, or of IPv4
 * alone on a machine where IPv6 is off.
 */
static int open_listen(struct lp_udp_socket *socket, const struct lp_listen *listen, uint16_t port,
		       bool is_shared)
{
	int error;

	*socket = (struct lp_udp_socket){.fd = -1, .local = listen->addr};
	if (listen->is_wildcard)
		socket->local = (struct lp_addr){.family = LP_ADDR_IP6};
	socket->local.port = port;
	socket->has_local = lp_addr_is_any(&socket->local);
	error = open_bound(socket, listen->is_wildcard, is_shared);
	if (listen->is_wildcard && (error == EAFNOSUPPORT || error == EADDRNOTAVAIL)) {
		socket->local = (struct lp_addr){.family = LP_ADDR_IP4, .port = port};
		error = open_bound(socket, false, is_shared);
	}
	/* An address that no interface has yet: packets come as soon as one gets it. */
	if (!listen->is_wildcard && error == EADDRNOTAVAIL) {
		socket->is_absent = true;
		error = open_bound(socket, false, is_shared);
	}
	if (!socket->has_local)
		socket->rx_local = socket->local;
	return error;
}

/*
 * The socket of a packet is that whose number in the group is the first byte of the destination
 * connection ID, modulo the size of the group. What is too short for that goes to the first.
 */
static bool attach_steering(int fd, unsigned count)
{
	struct sock_filter program[] = {
		{.code = BPF_LD | BPF_B | BPF_ABS, .k = 0},
		{.code = BPF_JMP | BPF_JSET | BPF_K, .jt = 0, .jf = 2, .k = QUIC_LONG_HEADER},
		{.code = BPF_LD | BPF_B | BPF_ABS, .k = QUIC_LONG_DCID},
		{.code = BPF_JMP | BPF_JA, .k = 1},
		{.code = BPF_LD | BPF_B | BPF_ABS, .k = QUIC_SHORT_DCID},
		{.code = BPF_ALU | BPF_MOD | BPF_K, .k = count},
		{.code = BPF_RET | BPF_A},
	};
	struct sock_fprog filter;

	memset(&filter, 0, sizeof(filter)); /* its padding goes to the kernel, too */
	filter.len = LP_ARRAY_COUNT(program);
	filter.filter = program;
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &filter, sizeof(filter)) == 0;
}

static void close_all(struct lp_udp_socket *sockets, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (sockets[i].fd >= 0)
			close(sockets[i].fd);
		sockets[i].fd = -1;
	}
}

/*
 * A second process of the same user may join a group that shares its port without an error, and
 * would take half of the packets. So the port is first taken alone, which fails if anybody has it.
 */
static int probe_port(const struct lp_listen *listen)
{
	struct lp_udp_socket probe;
	int error = open_listen(&probe, listen, listen->addr.port, false);

	if (error == 0)
		close(probe.fd);
	return error;
}

static void tell_absent(const struct lp_addr *addr)
{
	char text[LP_ADDR_TEXT_LEN];

	lp_warn("udp",
		"no interface has %s yet: this relay cannot be reached until one does; if none "
		"ever will, set relay.listen to an address of this machine, or to the port alone",
		lp_addr_format_ip(addr, text));
}

bool lp_udp_is_absent(const struct lp_listen *listen)
{
	struct lp_udp_socket probe = {.fd = -1, .local = listen->addr};

	if (listen->is_wildcard)
		return false;
	probe.local.port = 0;
	int error = open_bound(&probe, false, false);

	if (error == 0)
		close(probe.fd);
	return error == EADDRNOTAVAIL;
}

static enum lp_err open_group(const struct lp_listen *listen, unsigned count,
			      struct lp_udp_socket *out)
{
	uint16_t port = listen->addr.port;
	bool is_shared = count > 1;
	int error = is_shared && port != 0 ? probe_port(listen) : 0;
	unsigned opened = 0;

	while (error == 0 && opened < count) {
		error = open_listen(&out[opened], listen, port, is_shared);
		if (error != 0)
			break;
		port = out[opened].local.port;
		if (!configure(&out[opened++]))
			error = errno;
	}
	if (error == 0 && is_shared && !attach_steering(out[0].fd, count))
		error = errno;
	struct lp_addr addr = listen->addr;

	if (error == 0) {
		if (out[0].is_absent)
			tell_absent(&addr);
		return LP_OK;
	}
	close_all(out, opened);

	if (listen->is_wildcard)
		addr.family = LP_ADDR_IP6;
	return failed(&addr, error);
}

/* Those that a service manager has handed over, made as ours would be. */
static enum lp_err adopt(const struct lp_udp_socket *inherited, unsigned count,
			 struct lp_udp_socket *out)
{
	char text[LP_ADDR_TEXT_LEN];
	bool is_good = count == 1 || attach_steering(inherited[0].fd, count);

	for (unsigned i = 0; i < count && is_good; i++) {
		out[i] = inherited[i];
		is_good = configure(&out[i]);
	}
	if (!is_good)
		return failed(&inherited[0].local, errno);
	lp_addr_format(&inherited[0].local, text);
	lp_info("udp", "listening on %s/udp with %u socket%s from the service manager", text, count,
		count == 1 ? "" : "s");
	return LP_OK;
}

enum lp_err lp_udp_socket_listen(const struct lp_listen *listen, unsigned count,
				 struct lp_udp_socket *out)
{
	struct lp_udp_socket inherited[LP_INHERIT_MAX];
	unsigned inherited_count = lp_udp_inherit_look(listen, count, inherited);

	if (inherited_count != count)
		inherited_count = 0;
	lp_udp_inherit_take(inherited, inherited_count);
	if (inherited_count > 0)
		return adopt(inherited, count, out);
	enum lp_err err = open_group(listen, count, out);
	if (err == LP_OK)
		lp_udp_inherit_leave(out, count);
	return err;
}

enum lp_err lp_udp_socket_connect(enum lp_addr_family family, struct lp_udp_socket *out)
{
	*out = (struct lp_udp_socket){.fd = -1, .local.family = family};
	int error = open_bound(out, false, false);

	if (error == EAFNOSUPPORT || error == EADDRNOTAVAIL)
		return LP_ERR_UNSUPPORTED;
	if (error == 0) {
		/*
		 * Which address packets leave from is the kernel's choice for each: it changes when
		 * the player's network does, and a session goes on.
		 */
		out->has_errors = true;
		want_errors(out);
		if (configure(out))
			return LP_OK;
		error = errno;
		close_all(out, 1);
	}
	return failed(&out->local, error);
}
