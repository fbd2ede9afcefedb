/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/dhcpid.h"

#include "frame/policy_rules.h"

#define ETHERTYPE_IP4 0x0800
#define ETHERTYPE_IP6 0x86dd
#define PROTOCOL_UDP  17

#define UDP_HEADER_LEN	 8
#define IP4_HEADER_MIN	 20
#define IP6_HEADER_LEN	 40
#define PORT_SERVER4	 67
#define PORT_SERVER6	 547
#define CHADDR		 28
#define CHADDR_END	 34
#define OPTIONS4	 236
#define OPTION4_PAD	 0
#define OPTION4_MESSAGE	 53
#define OPTION4_OVERLOAD 52
#define OPTION4_CLIENT	 61
#define OPTION4_AGENT	 82
#define OPTION4_END	 255
#define DECLINE4	 4
#define RELEASE4	 7

#define OPTIONS6       4
#define OPTION6_CLIENT 1
#define RELEASE6       8
#define DECLINE6       9

/* False: twice, or more than one way to read it. */
static bool take_option4(const uint8_t *option, struct lp_dhcp4_options *options)
{
	size_t len = option[1];

	switch (option[0]) {
	case OPTION4_OVERLOAD:
	case OPTION4_AGENT:
		return false;
	case OPTION4_MESSAGE:
		if (options->message != 0 || len != 1 || option[2] == 0)
			return false;
		options->message = option[2];
		return true;
	case OPTION4_CLIENT:
		if (options->client_id_len != 0 || len == 0)
			return false;
		options->client_id = option + 2;
		options->client_id_len = len;
		return true;
	default:
		return true;
	}
}

bool lp_dhcp4_read_options(const uint8_t *message, size_t len, struct lp_dhcp4_options *options)
{
	static const uint8_t cookie[] = {0x63, 0x82, 0x53, 0x63};
	size_t at = OPTIONS4 + sizeof(cookie);

	*options = (struct lp_dhcp4_options){0};
	if (len < at || memcmp(message + OPTIONS4, cookie, sizeof(cookie)) != 0)
		return true;
	while (at < len && message[at] != OPTION4_END) {
		if (message[at] == OPTION4_PAD) {
			at++;
			continue;
		}
		if (len - at < 2 || (size_t)message[at + 1] > len - at - 2 ||
		    !take_option4(message + at, options))
			return false;
		at += 2 + (size_t)message[at + 1];
	}
	return true;
}

static bool read4(const uint8_t *message, size_t len, struct lp_dhcpid *id)
{
	struct lp_dhcp4_options options;

	if (len < CHADDR_END || !lp_dhcp4_read_options(message, len, &options))
		return false;
	id->version = 4;
	id->is_giving_up = options.message == RELEASE4 || options.message == DECLINE4;
	id->name = options.client_id;
	id->name_len = options.client_id_len;
	if (id->name_len == 0) {
		id->name = message + CHADDR;
		id->name_len = CHADDR_END - CHADDR;
	}
	return true;
}

static bool read6(const uint8_t *message, size_t len, struct lp_dhcpid *id)
{
	size_t at = OPTIONS6;

	while (len >= 4 && at <= len - 4) {
		size_t option_len = lp_policy_u16(message + at + 2);

		if (option_len > len - at - 4)
			return false;
		if (lp_policy_u16(message + at) == OPTION6_CLIENT) {
			id->version = 6;
			id->is_giving_up = message[0] == RELEASE6 || message[0] == DECLINE6;
			id->name = message + at + 4;
			id->name_len = option_len;
			return option_len > 0;
		}
		at += 4 + option_len;
	}
	return false;
}

static bool read_udp(const uint8_t *udp, size_t len, bool is_ip4, struct lp_dhcpid *id)
{
	if (len < UDP_HEADER_LEN ||
	    lp_policy_u16(udp + 2) != (is_ip4 ? PORT_SERVER4 : PORT_SERVER6))
		return false;
	udp += UDP_HEADER_LEN;
	len -= UDP_HEADER_LEN;
	return is_ip4 ? read4(udp, len, id) : read6(udp, len, id);
}

static bool read_ip4(const uint8_t *packet, size_t len, struct lp_dhcpid *id)
{
	if (len < IP4_HEADER_MIN || packet[9] != PROTOCOL_UDP)
		return false;
	size_t header_len = (size_t)(packet[0] & 0x0f) * 4;
	size_t total_len = lp_policy_u16(packet + 2);

	if (header_len < IP4_HEADER_MIN || total_len < header_len || total_len > len)
		return false;
	return read_udp(packet + header_len, total_len - header_len, true, id);
}

static bool read_ip6(const uint8_t *packet, size_t len, struct lp_dhcpid *id)
{
	uint8_t next;
	size_t at;

	if (len < IP6_HEADER_LEN ||
	    lp_policy_ip6_chain(packet, len, &next, &at) != LP_VERDICT_FORWARD ||
	    next != PROTOCOL_UDP)
		return false;
	return read_udp(packet + at, len - at, false, id);
}

bool lp_dhcpid_read(const uint8_t *frame, size_t len, struct lp_dhcpid *id)
{
	uint16_t ethertype;
	size_t at = lp_ether_skip_tags(frame, len, &ethertype);

	if (at == 0)
		return false;
	if (ethertype == ETHERTYPE_IP4)
		return read_ip4(frame + at, len - at, id);
	if (ethertype == ETHERTYPE_IP6)
		return read_ip6(frame + at, len - at, id);
	return false;
}
