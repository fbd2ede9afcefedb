/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Internet addresses, and the ways in which people write where a relay is (N1-N4).
 */
#ifndef LP_BASE_ADDR_H
#define LP_BASE_ADDR_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* IPv4 or IPv6 address with a UDP port. Plain data: compare with lp_addr_equal, not memcmp. */
struct lp_addr {
	enum lp_addr_family { LP_ADDR_NONE, LP_ADDR_IP4, LP_ADDR_IP6 } family;
	uint16_t port;	   /* host byte order */
	uint32_t scope_id; /* IPv6 link-local only */
	uint8_t ip[16];	   /* network byte order; 4 bytes used for IPv4 */
};

#define LP_ADDR_TEXT_LEN 72 /* "[" 39 "%" 10 "]:" 5 and the NUL, rounded up */

/* "192.0.2.1:443", "[2001:db8::1]:443"; always terminated. Returns text. */
const char *lp_addr_format(const struct lp_addr *addr, char text[LP_ADDR_TEXT_LEN]);

/* As above without port and brackets. */
const char *lp_addr_format_ip(const struct lp_addr *addr, char text[LP_ADDR_TEXT_LEN]);

/* A numeric IPv4 or IPv6 address without port or brackets. */
enum lp_err lp_addr_parse_ip(const char *text, struct lp_addr *addr) LP_MUST_CHECK;

bool lp_addr_equal(const struct lp_addr *a, const struct lp_addr *b);
bool lp_addr_equal_ip(const struct lp_addr *a, const struct lp_addr *b);

/* 0.0.0.0 or ::, or no address at all? */
bool lp_addr_is_any(const struct lp_addr *addr);

/* IP prefix such as 192.168.1.0/24; host bits are cleared. */
struct lp_prefix {
	struct lp_addr addr;
	uint8_t len;
};

enum lp_err lp_prefix_parse(const char *text, struct lp_prefix *prefix) LP_MUST_CHECK;
const char *lp_prefix_format(const struct lp_prefix *prefix, char text[LP_ADDR_TEXT_LEN]);
/* Clears the bits behind the prefix. */
void lp_prefix_clear_host(struct lp_prefix *prefix);
bool lp_prefix_overlaps(const struct lp_prefix *a, const struct lp_prefix *b);

#define LP_HOST_MAX	253
#define LP_DEFAULT_PORT 443

/* Where a relay is, as a person wrote it: a DNS name or a literal address, and a port. */
struct lp_hostport {
	char host[LP_HOST_MAX + 1]; /* without brackets and trailing dot */
	uint16_t port;
	bool is_literal;     /* host is a numeric address … */
	struct lp_addr addr; /* … this one, port included */
	bool has_zone; /* "%eth0": its index is looked up at each use of host, 0 = it is not there
			*/
};

/*
 * Accepts "party.example.org", "party.example.org:4433", "192.0.2.1", "192.0.2.1:443",
 * "2001:db8::1" (no port), "[2001:db8::1]", "[2001:db8::1]:443". No port means LP_DEFAULT_PORT.
 * Names: letters, digits, '-', '_' and '.', labels of 1 to 63, a trailing dot allowed.
 */
enum lp_err lp_hostport_parse(const char *text, struct lp_hostport *out) LP_MUST_CHECK;

/*
 * Where to listen (R1, R2): "443/udp" = that port on all addresses of both families, or a socket
 * address as above with a literal address, or "*:443".
 */
struct lp_listen {
	bool is_wildcard; /* both families; addr.port alone counts */
	struct lp_addr addr;
};

enum lp_err lp_listen_parse(const char *text, struct lp_listen *out) LP_MUST_CHECK;

#endif
