/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * DHCPv4 of a player: a client's requests, and those in its own name only. A server hands out an
 * address for each name that it is told, and takes one back at the word of whoever gives the name.
 */
#include "frame/policy_rules.h"

#include "frame/dhcpid.h"

#define PORT_SERVER 67
#define PORT_CLIENT 68

#define UDP_HEADER_LEN 8

/* Places in a message, RFC 2131 section 2. */
#define BOOTREQUEST	1
#define HTYPE		1
#define HLEN		2
#define HOPS		3
#define CIADDR		12
#define GIADDR		24
#define CHADDR		28
#define CHADDR_END	34
#define HTYPE_ETHERNET	1
#define MESSAGE_DECLINE 4
#define MESSAGE_RELEASE 7

static bool is_zero(const uint8_t *address)
{
	return (address[0] | address[1] | address[2] | address[3]) == 0;
}

/* Many clients name themselves by type and hardware address: then it is to be their own. */
static bool is_named_by_other(const struct lp_dhcp4_options *options, const struct lp_mac *source)
{
	return options->client_id_len == 1 + LP_MAC_LEN &&
	       options->client_id[0] == HTYPE_ETHERNET &&
	       memcmp(options->client_id + 1, source->octet, LP_MAC_LEN) != 0;
}

static bool is_own_request(const uint8_t *message, size_t len, const uint8_t ip_source[4],
			   const struct lp_mac *source)
{
	struct lp_dhcp4_options options;

	if (message[HTYPE] != HTYPE_ETHERNET || message[HLEN] != LP_MAC_LEN ||
	    memcmp(message + CHADDR, source->octet, LP_MAC_LEN) != 0)
		return false;
	if (!lp_dhcp4_read_options(message, len, &options) || is_named_by_other(&options, source))
		return false;
	switch (options.message) {
	case MESSAGE_DECLINE:
	case MESSAGE_RELEASE: /* RFC 2131 section 4.4.6: of the address that it comes from */
		return is_zero(message + CIADDR) || memcmp(message + CIADDR, ip_source, 4) == 0;
	default:
		return true;
	}
}

/*
 * RFC 2131: a client talks from 68 to 67 with BOOTREQUEST. All else on these ports is a server or a
 * relay agent, which hops and giaddr tell too.
 */
enum lp_verdict lp_policy_dhcp4_check(const uint8_t *udp, size_t len, const uint8_t ip_source[4],
				      const struct lp_mac *source, const struct lp_policy *policy)
{
	enum lp_verdict server =
		policy->allow_dhcp_server ? LP_VERDICT_FORWARD : LP_VERDICT_DHCP4_SERVER;
	const uint8_t *message = udp + UDP_HEADER_LEN;
	uint16_t from = lp_policy_u16(udp);
	uint16_t to = lp_policy_u16(udp + 2);

	if (from == PORT_SERVER || to == PORT_CLIENT)
		return server;
	if (to != PORT_SERVER)
		return LP_VERDICT_FORWARD;
	if (len > UDP_HEADER_LEN && message[0] != BOOTREQUEST)
		return server;
	if (len < UDP_HEADER_LEN + CHADDR_END)
		return LP_VERDICT_DHCP4_CHADDR;
	if (message[HOPS] != 0 || !is_zero(message + GIADDR))
		return server;
	return is_own_request(message, len - UDP_HEADER_LEN, ip_source, source)
		       ? LP_VERDICT_FORWARD
		       : LP_VERDICT_DHCP4_CHADDR;
}
