/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "tcp_frame.h"

#include <string.h>

#define ACK 0x10

uint16_t tcp_frame_get16(const uint8_t *p)
{
	return (uint16_t)(p[0] * 256 + p[1]);
}

uint32_t tcp_frame_get32(const uint8_t *p)
{
	return (uint32_t)tcp_frame_get16(p) << 16 | tcp_frame_get16(p + 2);
}

static void put16(uint8_t *p, size_t value)
{
	p[0] = (uint8_t)(value / 256);
	p[1] = (uint8_t)value;
}

uint8_t tcp_frame_byte(uint32_t sequence)
{
	return (uint8_t)(sequence * 31 + (sequence >> 8) * 7 + (sequence >> 16));
}

/* RFC 1071, word by word. */
static uint32_t add(uint32_t sum, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		sum += i % 2 == 0 ? (uint32_t)data[i] * 256 : data[i];
		if (sum > 0xffff)
			sum -= 0xffff;
	}
	return sum;
}

static uint32_t pseudo(const struct tcp_frame *frame, const uint8_t *ip, size_t l4_len)
{
	uint8_t tail[4] = {(uint8_t)(l4_len / 256), (uint8_t)l4_len, 0, frame->is_udp ? 17 : 6};
	uint32_t sum = frame->is_ip6 ? add(0, ip + 8, 32) : add(0, ip + 12, 8);

	return add(add(sum, tail, 4), (const uint8_t[]){0, (uint8_t)(l4_len / 65536)}, 2);
}

static struct tcp_layout layout_of(const struct tcp_frame *frame)
{
	struct tcp_layout at;

	at.l3 = 14 + 4 * (size_t)frame->tag_count;
	at.l4 = at.l3 + (frame->is_ip6 ? 40 : 20) + frame->ip_options_len;
	at.payload = at.l4 + (frame->is_udp ? 8 : 20 + frame->tcp_options_len);
	at.len = at.payload + frame->payload_len;
	return at;
}

static size_t field_of(const struct tcp_frame *frame, const struct tcp_layout *at)
{
	return at->l4 + (frame->is_udp ? 6 : 16);
}

static void write_ether(const struct tcp_frame *frame, uint8_t *out)
{
	static const uint8_t macs[12] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
	uint8_t *p = out + 12;

	memcpy(out, macs, sizeof(macs));
	for (unsigned i = 0; i < frame->tag_count; i++, p += 4) {
		put16(p, i + 1 < frame->tag_count ? 0x88a8 : 0x8100);
		put16(p + 2, 7 + i);
	}
	put16(p, frame->is_ip6 ? 0x86dd : 0x0800);
}

static void write_ip(const struct tcp_frame *frame, const struct tcp_layout *at, uint8_t *ip)
{
	uint8_t protocol = frame->is_udp ? 17 : 6;

	if (frame->is_ip6) {
		ip[0] = 0x60;
		put16(ip + 4, at->len - at->l3 - 40);
		ip[6] = frame->ip_options_len ? 60 : protocol;
		ip[7] = 64;
		for (uint8_t i = 0; i < 32; i++)
			ip[8 + i] = (uint8_t)(0x20 + i * 5);
		if (frame->ip_options_len) {
			memset(ip + 40, 0, frame->ip_options_len);
			ip[40] = protocol;
			ip[41] = (uint8_t)(frame->ip_options_len / 8 - 1);
		}
		return;
	}
	ip[0] = (uint8_t)(0x45 + frame->ip_options_len / 4);
	put16(ip + 2, at->len - at->l3);
	put16(ip + 4, frame->id);
	ip[6] = frame->may_fragment ? 0 : 0x40;
	ip[8] = 64;
	ip[9] = protocol;
	memcpy(ip + 12, "\x0a\x01\x02\x03\xc0\xa8\x00\xfe", 8);
	memset(ip + 20, 1, frame->ip_options_len);
	put16(ip + 10, 0xffff - add(0, ip, 20 + frame->ip_options_len));
}

struct tcp_layout tcp_frame_write(const struct tcp_frame *frame, uint8_t *out)
{
	struct tcp_layout at = layout_of(frame);
	uint8_t *l4 = out + at.l4;

	memset(out, 0, at.payload);
	write_ether(frame, out);
	write_ip(frame, &at, out + at.l3);
	put16(l4, 40000 + (size_t)frame->port);
	put16(l4 + 2, 5201);
	if (frame->is_udp) {
		put16(l4 + 4, at.len - at.l4);
	} else {
		put16(l4 + 4, frame->sequence >> 16);
		put16(l4 + 6, frame->sequence & 0xffff);
		put16(l4 + 10, 777);
		l4[12] = (uint8_t)((20 + frame->tcp_options_len) / 4 << 4);
		l4[13] = frame->flags ? frame->flags : ACK;
		put16(l4 + 14, 501);
		memset(l4 + 20, 1, frame->tcp_options_len);
	}
	for (size_t i = 0; i < frame->payload_len; i++)
		out[at.payload + i] = tcp_frame_byte(frame->sequence + (uint32_t)i);
	uint32_t sum = add(pseudo(frame, out + at.l3, at.len - at.l4), l4, at.len - at.l4);

	put16(out + field_of(frame, &at), sum == 0xffff && frame->is_udp ? 0xffff : 0xffff - sum);
	return at;
}

void tcp_frame_unfinish(const struct tcp_frame *frame, uint8_t *out)
{
	struct tcp_layout at = layout_of(frame);

	put16(out + field_of(frame, &at), pseudo(frame, out + at.l3, at.len - at.l4));
}

bool tcp_frame_is_right(const struct tcp_frame *frame, const uint8_t *data, size_t len)
{
	struct tcp_layout at = layout_of(frame);
	const uint8_t *ip = data + at.l3, *l4 = data + at.l4;
	size_t l4_len = len - at.l4;

	if (len < at.payload)
		return false;
	if (frame->is_ip6 ? tcp_frame_get16(ip + 4) != len - at.l3 - 40
			  : tcp_frame_get16(ip + 2) != len - at.l3)
		return false;
	if (!frame->is_ip6 && add(0, ip, at.l4 - at.l3) != 0xffff)
		return false;
	if (frame->is_udp && tcp_frame_get16(l4 + 4) != l4_len)
		return false;
	return add(pseudo(frame, ip, l4_len), l4, l4_len) == 0xffff;
}
