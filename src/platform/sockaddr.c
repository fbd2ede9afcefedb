/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/sockaddr.h"

#include <string.h>

static const uint8_t mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};

void lp_sockets_begin(void)
{
#ifdef _WIN32
	WSADATA data;

	/* Counted by the system; given back at the end of the process. */
	(void)WSAStartup(MAKEWORD(2, 2), &data);
#endif
}

static void read_ip6(const struct in6_addr *ip, uint32_t scope_id, struct lp_addr *addr)
{
	if (memcmp(ip->s6_addr, mapped_prefix, sizeof(mapped_prefix)) == 0) {
		addr->family = LP_ADDR_IP4;
		memcpy(addr->ip, ip->s6_addr + sizeof(mapped_prefix), 4);
		return;
	}
	addr->family = LP_ADDR_IP6;
	memcpy(addr->ip, ip->s6_addr, 16);
	if (IN6_IS_ADDR_LINKLOCAL(ip))
		addr->scope_id = scope_id;
}

socklen_t lp_sockaddr_encode(const struct lp_addr *addr, bool is_ip6, union lp_sockaddr *out)
{
	if (!is_ip6) {
		out->ip4 =
			(struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(addr->port)};
		memcpy(&out->ip4.sin_addr, addr->ip, 4);
		return sizeof(out->ip4);
	}
	out->ip6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(addr->port)};
	if (addr->family == LP_ADDR_IP4) {
		memcpy(out->ip6.sin6_addr.s6_addr, mapped_prefix, sizeof(mapped_prefix));
		memcpy(out->ip6.sin6_addr.s6_addr + sizeof(mapped_prefix), addr->ip, 4);
	} else {
		memcpy(out->ip6.sin6_addr.s6_addr, addr->ip, 16);
		out->ip6.sin6_scope_id = addr->scope_id;
	}
	return sizeof(out->ip6);
}

void lp_sockaddr_decode(const union lp_sockaddr *in, struct lp_addr *addr)
{
	*addr = (struct lp_addr){.family = LP_ADDR_NONE};
	if (in->any.sa_family == AF_INET) {
		addr->family = LP_ADDR_IP4;
		addr->port = ntohs(in->ip4.sin_port);
		memcpy(addr->ip, &in->ip4.sin_addr, 4);
	} else if (in->any.sa_family == AF_INET6) {
		addr->port = ntohs(in->ip6.sin6_port);
		read_ip6(&in->ip6.sin6_addr, in->ip6.sin6_scope_id, addr);
	}
}
