/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "claim_frames.h"

#include <string.h>

#define NEXT_DEST_OPTIONS 60
#define NEXT_ICMP6	  58

static void put_mac(uint8_t *at, uint8_t station)
{
	memset(at, 0, 6);
	at[0] = 0x02;
	at[5] = station;
}

static void put_ip4(uint8_t *at, uint8_t station)
{
	static const uint8_t network[] = {10, 0, 0};

	memset(at, 0, 4);
	if (station == 0)
		return;
	memcpy(at, network, sizeof(network));
	at[3] = station;
}

static void put_ip6(uint8_t *at, uint8_t station)
{
	memset(at, 0, 16);
	if (station == 0)
		return;
	at[0] = 0xfe;
	at[1] = 0x80;
	at[15] = station;
}

static size_t put_header(uint8_t *frame, uint8_t from, uint8_t type_high, uint8_t type_low)
{
	memset(frame, 0, CLAIM_FRAME_MAX);
	memset(frame, 0xff, 6);
	put_mac(frame + 6, from);
	frame[12] = type_high;
	frame[13] = type_low;
	return 14;
}

size_t make_arp(uint8_t frame[CLAIM_FRAME_MAX], const struct arp *arp)
{
	static const uint8_t head[] = {0, 1, 8, 0, 6, 4, 0};
	size_t at = put_header(frame, arp->from, 0x08, 0x06);

	memcpy(frame + at, head, sizeof(head));
	frame[at + 7] = arp->operation;
	put_mac(frame + at + 8, arp->sender_mac ? arp->sender_mac : arp->from);
	put_ip4(frame + at + 14, arp->sender_ip);
	put_ip4(frame + at + 24, arp->target_ip);
	return at + 28;
}

size_t make_nd(uint8_t frame[CLAIM_FRAME_MAX], const struct nd *nd)
{
	size_t at = put_header(frame, nd->from, 0x86, 0xdd);
	uint8_t *packet = frame + at;
	size_t icmp_len = nd->type == ND_RS ? 8 : nd->type == ND_RA ? 16 : 24;
	size_t icmp_at = 40 + (size_t)nd->extensions * 8;

	packet[0] = 0x60;
	packet[6] = nd->extensions ? NEXT_DEST_OPTIONS : NEXT_ICMP6;
	packet[7] = 255;
	put_ip6(packet + 8, nd->source_ip);
	put_ip6(packet + 24, 1);
	for (int i = 0; i < nd->extensions; i++) {
		packet[40 + i * 8] = i + 1 < nd->extensions ? NEXT_DEST_OPTIONS : NEXT_ICMP6;
		packet[40 + i * 8 + 2] = 1; /* PadN */
		packet[40 + i * 8 + 3] = 4;
	}
	packet[icmp_at] = nd->type;
	if (icmp_len == 24)
		put_ip6(packet + icmp_at + 8, nd->target_ip);
	if (nd->option_mac) {
		packet[icmp_at + icmp_len] = nd->type == ND_NA ? 2 : 1;
		packet[icmp_at + icmp_len + 1] = 1;
		put_mac(packet + icmp_at + icmp_len + 2, nd->option_mac);
		icmp_len += 8;
	}
	packet[5] = (uint8_t)(icmp_at - 40 + icmp_len);
	return at + icmp_at + icmp_len;
}

unsigned run_claim_until(struct lp_addrguard *guard, const struct lp_mac *asker, uint64_t now)
{
	uint8_t question[LP_IPCLAIM_QUESTION_MAX];
	struct lp_addrprobe_frame held;
	unsigned count = 0;

	while (lp_addrguard_deadline(guard) <= now) {
		uint64_t at = lp_addrguard_deadline(guard);

		while (lp_addrguard_ask(guard, asker, question, at) > 0)
			count++;
		while (lp_addrguard_release(guard, &held, at))
			;
	}
	return count;
}
