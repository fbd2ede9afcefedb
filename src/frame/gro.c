/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/gro.h"

#include "frame/checksum.h"
#include "frame/ether.h"

#include <assert.h>
#include <string.h>

#define L3		LP_ETHER_HEADER_LEN
#define IP4_HEADER_LEN	20
#define IP6_HEADER_LEN	40
#define IP4_DONT_FRAG	0x40
#define PACKET_LEN_MAX	65535 /* what every device takes in one go, its header included */
#define PROTOCOL_TCP	6
#define TCP_HEADER_MIN	20
#define TCP_CHECKSUM	16
#define TCP_ACK		0x10
#define TCP_PSH		0x08
#define ADDRS_PORTS_IP4 12 /* addresses and ports lie behind one another */
#define ADDRS_PORTS_IP6 36

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void put16(uint8_t *p, size_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static bool is_ip4(const struct lp_gro_segment *segment)
{
	return segment->l4 == L3 + IP4_HEADER_LEN;
}

static size_t payload_len(const struct lp_gro_segment *segment)
{
	return segment->len - segment->header_len;
}

/* A hash only in so far as equal flows have equal ones. */
static uint32_t flow_of(const uint8_t *addrs_ports, size_t len)
{
	uint32_t hash = 0;

	for (size_t i = 0; i < len; i += 4) {
		uint32_t word;

		memcpy(&word, addrs_ports + i, sizeof(word));
		hash = (hash ^ word) * 0x9e3779b1;
	}
	return hash;
}

/* Is it TCP over an IP header without options, whole and without padding behind it? */
static bool parse_ip(struct lp_gro_segment *segment)
{
	const uint8_t *ip = segment->frame + L3;
	uint16_t ethertype;

	if (segment->len < L3 + IP4_HEADER_LEN + TCP_HEADER_MIN)
		return false;
	ethertype = get16(segment->frame + 2 * LP_MAC_LEN);
	if (ethertype == 0x0800 && ip[0] == 0x45 && ip[9] == PROTOCOL_TCP) {
		segment->l4 = L3 + IP4_HEADER_LEN;
		segment->flow = flow_of(ip + 12, ADDRS_PORTS_IP4);
		segment->is_joinable = get16(ip + 2) == segment->len - L3 &&
				       (ip[6] & ~IP4_DONT_FRAG) == 0 && ip[7] == 0;
		return true;
	}
	if (ethertype == 0x86dd && ip[0] >> 4 == 6 && ip[6] == PROTOCOL_TCP &&
	    segment->len >= L3 + IP6_HEADER_LEN + TCP_HEADER_MIN) {
		segment->l4 = L3 + IP6_HEADER_LEN;
		segment->flow = flow_of(ip + 8, ADDRS_PORTS_IP6);
		segment->is_joinable = get16(ip + 4) == segment->len - L3 - IP6_HEADER_LEN;
		return true;
	}
	return false;
}

static void parse(struct lp_gro_segment *segment)
{
	if (!parse_ip(segment))
		return;
	const uint8_t *tcp = segment->frame + segment->l4;
	size_t tcp_len = (size_t)(tcp[12] >> 4) * 4;

	segment->is_tcp = true;
	segment->sequence = get32(tcp + 4);
	segment->header_len = (uint8_t)(segment->l4 + tcp_len);
	/* Anything but plain data means something to the receiver at just this place. */
	if (tcp_len < TCP_HEADER_MIN || segment->header_len >= segment->len ||
	    (tcp[12] & 0x0f) != 0 || (tcp[13] & ~TCP_PSH) != TCP_ACK)
		segment->is_joinable = false;
}

/* A wrong checksum must stay wrong: what is joined gets a new one. */
static bool verify(struct lp_gro_segment *segment)
{
	const uint8_t *ip = segment->frame + L3;
	size_t l4_len = segment->len - segment->l4;

	if (segment->is_verified)
		return true;
	if (is_ip4(segment) && !lp_checksum_is_right(lp_checksum_add(0, ip, IP4_HEADER_LEN)))
		return false;
	uint64_t sum = lp_checksum_add_pseudo(0, ip, PROTOCOL_TCP, l4_len);

	sum = lp_checksum_add(sum, segment->frame + segment->l4, l4_len);
	segment->is_verified = lp_checksum_is_right(sum);
	return segment->is_verified;
}

static bool is_same_flow(const struct lp_gro_segment *a, const struct lp_gro_segment *b)
{
	size_t len = is_ip4(a) ? ADDRS_PORTS_IP4 : ADDRS_PORTS_IP6;

	return a->flow == b->flow && a->l4 == b->l4 &&
	       memcmp(a->frame + a->l4 + 4 - len, b->frame + b->l4 + 4 - len, len) == 0;
}

/*
 * Are the headers such that cutting the whole gives b's again, as the segment_count-th behind a's?
 * The kernel would count up the IPv4 identification, whose value means nothing under "do not
 * fragment".
 */
static bool is_same_header(const struct lp_gro_segment *a, const struct lp_gro_segment *b,
			   size_t segment_count)
{
	const uint8_t *ip_a = a->frame + L3, *ip_b = b->frame + L3;
	const uint8_t *tcp_a = a->frame + a->l4, *tcp_b = b->frame + b->l4;

	if (a->header_len != b->header_len || memcmp(a->frame, b->frame, L3) != 0)
		return false;
	if (is_ip4(a)) {
		uint16_t id = (uint16_t)(get16(ip_a + 4) + segment_count);

		if (ip_a[1] != ip_b[1] || ip_a[6] != ip_b[6] || ip_a[8] != ip_b[8] ||
		    (ip_a[6] == 0 && get16(ip_b + 4) != id))
			return false;
	} else if (memcmp(ip_a, ip_b, 4) != 0 || ip_a[7] != ip_b[7]) {
		return false;
	}
	/* Acknowledgement, window, urgent pointer and all options. */
	return memcmp(tcp_a + 8, tcp_b + 8, 4) == 0 && memcmp(tcp_a + 14, tcp_b + 14, 2) == 0 &&
	       memcmp(tcp_a + 18, tcp_b + 18, (size_t)(a->header_len - a->l4 - 18)) == 0;
}

/* Can the segment be appended to the packet? */
static bool can_join(struct lp_gro *plan, const struct lp_gro_packet *packet,
		     struct lp_gro_segment *segment)
{
	struct lp_gro_segment *first = &plan->segment[packet->first];
	const struct lp_gro_segment *last = &plan->segment[packet->last];

	return segment->sequence == last->sequence + (uint32_t)payload_len(last) &&
	       payload_len(segment) <= payload_len(first) &&
	       packet->len + payload_len(segment) <= PACKET_LEN_MAX &&
	       is_same_header(first, segment, packet->frame_count) && verify(first) &&
	       verify(segment);
}

/* A segment that is shorter than the rest, or carries PSH, is the last of its packet. */
static bool ends_packet(const struct lp_gro_segment *first, const struct lp_gro_segment *segment)
{
	return payload_len(segment) < payload_len(first) ||
	       (segment->frame[segment->l4 + 13] & TCP_PSH) != 0;
}

static void close_open(struct lp_gro *plan, size_t at)
{
	plan->open[at] = plan->open[--plan->open_count];
}

static size_t find_open(const struct lp_gro *plan, const struct lp_gro_segment *segment)
{
	size_t at = 0;

	while (at < plan->open_count) {
		const struct lp_gro_packet *packet = &plan->packet[plan->open[at]];

		if (is_same_flow(&plan->segment[packet->first], segment))
			break;
		at++;
	}
	return at;
}

static struct lp_gro_segment *add_segment(struct lp_gro *plan, const uint8_t *frame, size_t len)
{
	assert(plan->frame_count < LP_GRO_FRAMES);
	struct lp_gro_segment *segment = &plan->segment[plan->frame_count++];

	segment->frame = frame;
	segment->len = len;
	segment->is_tcp = false;
	segment->is_joinable = false;
	segment->is_verified = false;
	return segment;
}

/* The frame added last becomes a packet of its own. Returns its index. */
static uint8_t add_packet(struct lp_gro *plan)
{
	size_t frame = plan->frame_count - 1;
	struct lp_gro_packet *packet = &plan->packet[plan->packet_count];

	packet->offload = (struct lp_offload){0};
	packet->len = plan->segment[frame].len;
	packet->header_len = 0;
	packet->frame_count = 1;
	packet->first = packet->last = (uint8_t)frame;
	return (uint8_t)plan->packet_count++;
}

void lp_gro_begin(struct lp_gro *plan, size_t frame_max)
{
	plan->frame_count = 0;
	plan->packet_count = 0;
	plan->open_count = 0;
	plan->frame_max = frame_max;
}

void lp_gro_add_alone(struct lp_gro *plan, const uint8_t *frame, size_t len)
{
	add_segment(plan, frame, len);
	add_packet(plan);
}

void lp_gro_add(struct lp_gro *plan, const uint8_t *frame, size_t len)
{
	struct lp_gro_segment *segment = add_segment(plan, frame, len);
	uint8_t index = (uint8_t)(plan->frame_count - 1);

	parse(segment);
	if (!segment->is_tcp) {
		add_packet(plan);
		return;
	}
	if (len > plan->frame_max)
		segment->is_joinable = false;
	size_t at = find_open(plan, segment);

	if (at < plan->open_count) {
		struct lp_gro_packet *packet = &plan->packet[plan->open[at]];

		if (segment->is_joinable && can_join(plan, packet, segment)) {
			plan->next[packet->last] = index;
			packet->last = index;
			packet->frame_count++;
			packet->len += payload_len(segment);
			if (ends_packet(&plan->segment[packet->first], segment))
				close_open(plan, at);
			return;
		}
		/* Whatever it is, what follows of the stream must stay behind it. */
		close_open(plan, at);
	}
	uint8_t packet = add_packet(plan);

	if (segment->is_joinable && !ends_packet(segment, segment))
		plan->open[plan->open_count++] = packet;
}

static void finish_packet(struct lp_gro *plan, struct lp_gro_packet *packet)
{
	const struct lp_gro_segment *first = &plan->segment[packet->first];
	const struct lp_gro_segment *last = &plan->segment[packet->last];
	uint8_t *ip = packet->header + L3;
	uint8_t *tcp = packet->header + first->l4;

	packet->header_len = first->header_len;
	memcpy(packet->header, first->frame, first->header_len);
	tcp[13] |= last->frame[last->l4 + 13] & TCP_PSH;
	if (is_ip4(first)) {
		put16(ip + 2, packet->len - L3);
		put16(ip + 10, 0);
		lp_checksum_store(ip + 10, lp_checksum_add(0, ip, IP4_HEADER_LEN));
	} else {
		put16(ip + 4, packet->len - L3 - IP6_HEADER_LEN);
	}
	lp_checksum_store_partial(
		tcp + TCP_CHECKSUM,
		lp_checksum_add_pseudo(0, ip, PROTOCOL_TCP, packet->len - first->l4));
	packet->offload = (struct lp_offload){
		.gso = is_ip4(first) ? LP_GSO_TCP4 : LP_GSO_TCP6,
		.segment_len = (uint16_t)payload_len(first),
		.needs_checksum = true,
		.checksum_start = first->l4,
		.checksum_offset = TCP_CHECKSUM,
	};
}

void lp_gro_end(struct lp_gro *plan)
{
	plan->open_count = 0;
	for (size_t i = 0; i < plan->packet_count; i++) {
		if (plan->packet[i].frame_count > 1)
			finish_packet(plan, &plan->packet[i]);
	}
}
