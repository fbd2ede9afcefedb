/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/linux/udp_inherit.h"

#include "base/log.h"
#include "platform/sockaddr.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A bound socket for UDP, over either IP? Whatever else it may be is nothing for us. */
static bool read_socket(int fd, struct lp_udp_socket *out)
{
	union lp_sockaddr name = {0};
	socklen_t len = sizeof(name);
	int type = 0;
	socklen_t type_len = sizeof(type);

	if (getsockname(fd, &name.any, &len) < 0 ||
	    (name.any.sa_family != AF_INET && name.any.sa_family != AF_INET6) ||
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_len) < 0 || type != SOCK_DGRAM)
		return false;
	*out = (struct lp_udp_socket){.fd = fd, .is_ip6 = name.any.sa_family == AF_INET6};
	lp_sockaddr_decode(&name, &out->local);
	if (out->local.port == 0)
		return false;
	out->has_local = lp_addr_is_any(&out->local);
	if (!out->has_local)
		out->rx_local = out->local;
	return true;
}

static bool fits(const struct lp_udp_socket *socket, const struct lp_listen *listen)
{
	if (socket->local.port != listen->addr.port)
		return false;
	if (listen->is_wildcard)
		return lp_addr_is_any(&socket->local);
	return socket->local.family == listen->addr.family &&
	       lp_addr_equal_ip(&socket->local, &listen->addr);
}

unsigned lp_udp_inherit_look(const struct lp_listen *listen, unsigned wanted,
			     struct lp_udp_socket out[LP_INHERIT_MAX])
{
	struct lp_inherited fds[LP_INHERIT_MAX];
	struct lp_udp_socket stored[LP_INHERIT_MAX];
	size_t fd_count = lp_inherit_list(fds);
	unsigned opened_count = 0, stored_count = 0;

	for (size_t i = 0; i < fd_count; i++) {
		struct lp_udp_socket socket;

		if (!read_socket(fds[i].fd, &socket))
			continue;
		if (!fds[i].is_stored)
			out[opened_count++] = socket;
		else if (fits(&socket, listen))
			stored[stored_count++] = socket;
	}
	if (opened_count > 0)
		return opened_count;
	if (stored_count != wanted)
		return 0;
	memcpy(out, stored, stored_count * sizeof(stored[0]));
	return stored_count;
}

static bool has_fd(const struct lp_udp_socket *sockets, unsigned count, int fd)
{
	for (unsigned i = 0; i < count; i++) {
		if (sockets[i].fd == fd)
			return true;
	}
	return false;
}

void lp_udp_inherit_take(const struct lp_udp_socket *sockets, unsigned count)
{
	struct lp_inherited fds[LP_INHERIT_MAX];
	size_t fd_count = lp_inherit_list(fds);
	bool is_stale = false;

	for (size_t i = 0; i < fd_count; i++) {
		if (has_fd(sockets, count, fds[i].fd)) {
			(void)fcntl(fds[i].fd, F_SETFD, FD_CLOEXEC);
			(void)fcntl(fds[i].fd, F_SETFL, O_NONBLOCK);
			continue;
		}
		is_stale = is_stale || fds[i].is_stored;
		close(fds[i].fd);
	}
	lp_inherit_done();
	/* While the manager has them, their port is taken. */
	if (is_stale)
		lp_inherit_forget();
}

void lp_udp_inherit_leave(const struct lp_udp_socket *sockets, unsigned count)
{
	int fds[LP_INHERIT_MAX];

	if (count > LP_INHERIT_MAX)
		return;
	for (unsigned i = 0; i < count; i++)
		fds[i] = sockets[i].fd;
	lp_inherit_store(fds, count);
}
