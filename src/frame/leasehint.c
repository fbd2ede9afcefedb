/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/leasehint.h"

#include "frame/ether.h"
#include "frame/policy_rules.h"

#include <string.h>

#define ETHERTYPE_IP4  0x0800
#define IP4_HEADER_LEN 20
#define IP4_FRAGMENT   0x3fff
#define PROTOCOL_UDP   17
#define UDP_HEADER_LEN 8
#define PORT_SERVER    67
#define PORT_CLIENT    68

#define BOOTP_LEN     240 /* with the cookie */
#define BOOTP_CIADDR  12
#define BOOTP_YIADDR  16
#define BOOTP_CHADDR  28
#define BOOTP_COOKIE  236
#define OPTION_PAD    0
#define OPTION_ROUTER 3
#define OPTION_WANTED 50
#define OPTION_TYPE   53
#define OPTION_SERVER 54
#define OPTION_END    255

#define DHCP_DECLINE 4
#define DHCP_ACK     5
#define DHCP_RELEASE 7

/* Finds the BOOTP message; 0 = there is none. */
static size_t find_bootp(const uint8_t *frame, size_t len)
{
	const uint8_t *packet = frame + LP_ETHER_HEADER_LEN;

	if (len < LP_ETHER_HEADER_LEN + IP4_HEADER_LEN ||
	    lp_policy_u16(frame + 12) != ETHERTYPE_IP4)
		return 0;
	size_t header_len = (size_t)(packet[0] & 0x0f) * 4;
	size_t at = LP_ETHER_HEADER_LEN + header_len;

	if (packet[0] >> 4 != 4 || header_len < IP4_HEADER_LEN || packet[9] != PROTOCOL_UDP ||
	    (lp_policy_u16(packet + 6) & IP4_FRAGMENT) != 0 ||
	    len < at + UDP_HEADER_LEN + BOOTP_LEN)
		return 0;
	uint16_t from = lp_policy_u16(frame + at);
	uint16_t to = lp_policy_u16(frame + at + 2);

	if ((from != PORT_SERVER && from != PORT_CLIENT) ||
	    (to != PORT_SERVER && to != PORT_CLIENT))
		return 0;
	return at + UDP_HEADER_LEN;
}

static void add_hosts(struct lp_leasehint *hint, const uint8_t *ip, size_t len)
{
	for (; len >= 4 && hint->host_count < LP_LEASEHINT_HOSTS_MAX; ip += 4, len -= 4)
		memcpy(hint->hosts[hint->host_count++], ip, 4);
}

/* Returns the type of the message, 0 = it has none. */
static uint8_t read_options(const uint8_t *option, size_t len, struct lp_leasehint *hint,
			    uint8_t wanted[4])
{
	uint8_t type = 0;

	while (len >= 2 && option[0] != OPTION_END) {
		size_t value_len = option[0] == OPTION_PAD ? 0 : option[1];
		size_t step = option[0] == OPTION_PAD ? 1 : 2 + value_len;

		if (step > len)
			break;
		if (option[0] == OPTION_TYPE && value_len == 1)
			type = option[2];
		else if (option[0] == OPTION_WANTED && value_len == 4)
			memcpy(wanted, option + 2, 4);
		else if (option[0] == OPTION_SERVER || option[0] == OPTION_ROUTER)
			add_hosts(hint, option + 2, value_len);
		option += step;
		len -= step;
	}
	return type;
}

bool lp_leasehint_read(const uint8_t *frame, size_t len, struct lp_leasehint *hint)
{
	static const uint8_t cookie[] = {99, 130, 83, 99};
	size_t at = find_bootp(frame, len);
	const uint8_t *bootp = frame + at;
	uint8_t wanted[4] = {0};

	memset(hint, 0, sizeof(*hint));
	if (at == 0 || bootp[1] != 1 || bootp[2] != LP_MAC_LEN ||
	    memcmp(bootp + BOOTP_COOKIE, cookie, sizeof(cookie)) != 0)
		return false;
	memcpy(hint->mac.octet, bootp + BOOTP_CHADDR, LP_MAC_LEN);
	uint8_t type = read_options(bootp + BOOTP_LEN, len - at - BOOTP_LEN, hint, wanted);

	if (type != DHCP_ACK)
		hint->host_count = 0;
	switch (type) {
	case DHCP_ACK:
		hint->kind = LP_LEASEHINT_BOUND;
		memcpy(hint->ip, bootp + BOOTP_YIADDR, 4);
		return true;
	case DHCP_RELEASE:
		hint->kind = LP_LEASEHINT_FREED;
		memcpy(hint->ip, bootp + BOOTP_CIADDR, 4);
		return true;
	case DHCP_DECLINE:
		hint->kind = LP_LEASEHINT_FREED;
		memcpy(hint->ip, wanted, 4);
		return true;
	default:
		return false;
	}
}
