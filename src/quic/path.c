/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "quic/conn_impl.h"

static socklen_t addr_to_sockaddr(const struct lp_addr *addr, enum lp_addr_family family,
				  union lp_sockaddr *out)
{
	memset(out, 0, sizeof(*out));
	if (family == LP_ADDR_IP4) {
		out->in.sin_family = AF_INET;
		out->in.sin_port = htons(addr->port);
		memcpy(&out->in.sin_addr, addr->ip, 4);
		return sizeof(out->in);
	}
	out->in6.sin6_family = AF_INET6;
	out->in6.sin6_port = htons(addr->port);
	out->in6.sin6_scope_id = addr->scope_id;
	memcpy(&out->in6.sin6_addr, addr->ip, 16);
	return sizeof(out->in6);
}

static void addr_from_sockaddr(struct lp_addr *addr, const struct sockaddr *from)
{
	memset(addr, 0, sizeof(*addr));
	if (from->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)from;
		addr->family = LP_ADDR_IP4;
		addr->port = ntohs(in->sin_port);
		memcpy(addr->ip, &in->sin_addr, 4);
		return;
	}
	const struct sockaddr_in6 *in6 = (const void *)from;
	addr->family = LP_ADDR_IP6;
	addr->port = ntohs(in6->sin6_port);
	addr->scope_id = in6->sin6_scope_id;
	memcpy(addr->ip, &in6->sin6_addr, 16);
}

/*
 * A local address that is not known is the zero address of the remote's family: ngtcp2 compares
 * paths whole, and what never changes is equal to itself.
 */
ngtcp2_path lp_path_to_ngtcp2(const struct lp_path *path, union lp_sockaddr *local,
			      union lp_sockaddr *remote)
{
	enum lp_addr_family family = path->remote.family;
	static const struct lp_addr unknown;
	const struct lp_addr *from = path->local.family == family ? &path->local : &unknown;

	ngtcp2_path out = {0};
	out.local.addrlen = addr_to_sockaddr(from, family, local);
	out.local.addr = &local->any;
	out.remote.addrlen = addr_to_sockaddr(&path->remote, family, remote);
	out.remote.addr = &remote->any;
	return out;
}

void lp_path_from_ngtcp2(struct lp_path *path, const ngtcp2_path *from)
{
	addr_from_sockaddr(&path->remote, from->remote.addr);
	addr_from_sockaddr(&path->local, from->local.addr);
	if (lp_addr_is_any(&path->local))
		path->local.family = LP_ADDR_NONE;
}
