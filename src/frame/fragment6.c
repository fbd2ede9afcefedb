/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/fragment6.h"

#include "base/mem.h"
#include "frame/policy_rules.h"

#include <stdlib.h>

#define ETHERTYPE_IP6  0x86dd
#define HEADER_LEN     40
#define ADDRESSES      8
#define ADDRESSES_LEN  32
#define FRAGMENT_LEN   8
#define NEXT_FRAGMENT  44
#define PACKET_LEN_MAX 65535
#define MORE_FRAGMENTS 0x0001
#define OFFSET_MASK    0xfff8 /* bytes: the field counts in eights */
#define ID_LEN	       4

/* Bytes of the packet [begin, end), behind the fragment header. */
struct range {
	uint32_t begin;
	uint32_t end;
};

struct packet {
	uint64_t until_ns; /* 0 = free */
	struct lp_mac source;
	uint8_t key[ADDRESSES_LEN + ID_LEN];
	bool is_refused; /* overlapped: nothing more of it passes */
	uint32_t end;	 /* of the whole packet; 0 = the last one has not come */
	size_t range_count;
	struct range range[LP_FRAGMENT6_RANGES]; /* sorted, none touches another */
};

struct lp_fragment6 {
	struct packet packet[LP_FRAGMENT6_PACKETS];
};

/* What one fragment says. */
struct fragment {
	struct lp_mac source;
	uint8_t key[ADDRESSES_LEN + ID_LEN];
	struct range range;
	bool has_more;
};

struct lp_fragment6 *lp_fragment6_new(void)
{
	return lp_alloc(sizeof(struct lp_fragment6));
}

void lp_fragment6_free(struct lp_fragment6 *table)
{
	free(table);
}

/* Where the packet is, behind tags; 0 = it is none of IPv6. */
static size_t packet_at(const uint8_t *frame, size_t len)
{
	uint16_t ethertype;
	size_t at = lp_ether_skip_tags(frame, len, &ethertype);

	if (at == 0)
		return 0;
	return ethertype == ETHERTYPE_IP6 && len - at >= HEADER_LEN ? at : 0;
}

static bool read_fragment(const uint8_t *packet, size_t len, struct fragment *fragment, size_t *at)
{
	size_t packet_len = HEADER_LEN + (size_t)lp_policy_u16(packet + 4);
	uint8_t next;

	if (packet_len > len ||
	    lp_policy_ip6_chain(packet, packet_len, &next, at) != LP_VERDICT_IP6_FRAGMENT ||
	    packet_len - *at < FRAGMENT_LEN)
		return false;

	const uint8_t *header = packet + *at;
	uint16_t field = lp_policy_u16(header + 2);
	size_t body_len = packet_len - *at - FRAGMENT_LEN;

	fragment->has_more = (field & MORE_FRAGMENTS) != 0;
	fragment->range.begin = field & OFFSET_MASK;
	fragment->range.end = fragment->range.begin + (uint32_t)body_len;
	memcpy(fragment->key, packet + ADDRESSES, ADDRESSES_LEN);
	memcpy(fragment->key + ADDRESSES_LEN, header + 4, ID_LEN);
	/* RFC 8200 section 4.5: all but the last are whole eights, and the packet has an end. */
	return (body_len > 0 || (fragment->range.begin == 0 && !fragment->has_more)) &&
	       (!fragment->has_more || body_len % 8 == 0) && fragment->range.end <= PACKET_LEN_MAX;
}

/* --- what is remembered --- */

static bool is_of(const struct packet *packet, const struct fragment *fragment, uint64_t now)
{
	return now < packet->until_ns && lp_mac_is_equal(&packet->source, &fragment->source) &&
	       memcmp(packet->key, fragment->key, sizeof(packet->key)) == 0;
}

static struct packet *find(struct lp_fragment6 *table, const struct fragment *fragment,
			   uint64_t now)
{
	for (size_t i = 0; i < LP_FRAGMENT6_PACKETS; i++) {
		if (is_of(&table->packet[i], fragment, now))
			return &table->packet[i];
	}
	return NULL;
}

/* A place for one more: free, else the oldest of its own if it has its share, else the oldest. */
static struct packet *find_place(struct lp_fragment6 *table, const struct lp_mac *source,
				 uint64_t now)
{
	struct packet *oldest = &table->packet[0], *own = NULL;
	size_t own_count = 0;

	for (size_t i = 0; i < LP_FRAGMENT6_PACKETS; i++) {
		struct packet *packet = &table->packet[i];
		bool is_alive = now < packet->until_ns;

		if (packet->until_ns < oldest->until_ns)
			oldest = packet;
		if (!is_alive || !lp_mac_is_equal(&packet->source, source))
			continue;
		own_count++;
		if (!own || packet->until_ns < own->until_ns)
			own = packet;
	}
	return own_count >= LP_FRAGMENT6_QUOTA ? own : oldest;
}

/* False: it overlaps, leaves the packet's end behind, or makes too many holes. */
static bool add_range(struct packet *packet, const struct fragment *fragment)
{
	struct range *range = packet->range;
	size_t at = 0;

	if (packet->end != 0 && (!fragment->has_more || fragment->range.end > packet->end))
		return false;
	while (at < packet->range_count && range[at].end <= fragment->range.begin)
		at++;
	if (at < packet->range_count &&
	    (range[at].begin < fragment->range.end || !fragment->has_more))
		return false;

	bool joins_last = at > 0 && range[at - 1].end == fragment->range.begin;
	bool joins_next = at < packet->range_count && range[at].begin == fragment->range.end;

	if (!joins_last && !joins_next && packet->range_count == LP_FRAGMENT6_RANGES)
		return false;
	if (!fragment->has_more)
		packet->end = fragment->range.end;
	if (joins_last && joins_next) {
		range[at - 1].end = range[at].end;
		packet->range_count--;
		memmove(range + at, range + at + 1, (packet->range_count - at) * sizeof(*range));
	} else if (joins_last) {
		range[at - 1].end = fragment->range.end;
	} else if (joins_next) {
		range[at].begin = fragment->range.begin;
	} else {
		memmove(range + at + 1, range + at, (packet->range_count - at) * sizeof(*range));
		range[at] = fragment->range;
		packet->range_count++;
	}
	return true;
}

/* --- the fragments of a packet --- */

static enum lp_verdict check_follower(struct packet *packet, const struct fragment *fragment)
{
	if (!packet || packet->is_refused)
		return LP_VERDICT_IP6_FRAGMENT;
	packet->is_refused = !add_range(packet, fragment);
	return packet->is_refused ? LP_VERDICT_IP6_FRAGMENT : LP_VERDICT_FORWARD;
}

/* A second first one would stand where the judged one does. */
static enum lp_verdict remember(struct lp_fragment6 *table, const struct fragment *fragment,
				uint64_t now)
{
	struct packet *packet = find(table, fragment, now);

	if (packet) {
		packet->is_refused = true;
		return LP_VERDICT_IP6_FRAGMENT;
	}
	if (!fragment->has_more)
		return LP_VERDICT_FORWARD;
	packet = find_place(table, &fragment->source, now);
	*packet = (struct packet){
		.until_ns = now + LP_FRAGMENT6_AGE_NS,
		.source = fragment->source,
		.range_count = 1,
		.range = {fragment->range},
	};
	memcpy(packet->key, fragment->key, sizeof(packet->key));
	return LP_VERDICT_FORWARD;
}

enum lp_verdict lp_fragment6_check(struct lp_fragment6 *table, const struct lp_policy *policy,
				   const uint8_t *frame, size_t len, uint64_t now)
{
	struct fragment fragment;
	struct lp_ether ether;
	size_t at = packet_at(frame, len), header_at;

	if (at == 0 || lp_ether_parse(frame, len, &ether) != LP_OK ||
	    !read_fragment(frame + at, len - at, &fragment, &header_at))
		return LP_VERDICT_IP6_FRAGMENT;
	fragment.source = ether.src;
	if (fragment.range.begin != 0)
		return check_follower(find(table, &fragment, now), &fragment);

	const struct lp_policy_part part = {.is_remote = true, .policy = policy, .ether = &ether};
	size_t packet_len = HEADER_LEN + (size_t)lp_policy_u16(frame + at + 4);
	enum lp_verdict verdict =
		lp_policy_ip6_check_first(&part, frame + at, packet_len, header_at);

	return verdict == LP_VERDICT_FORWARD ? remember(table, &fragment, now) : verdict;
}

enum lp_verdict lp_fragment6_judge(struct lp_fragment6 **table, const struct lp_policy *policy,
				   const uint8_t *frame, size_t len, uint64_t now)
{
	if (!*table)
		*table = lp_fragment6_new();
	return lp_fragment6_check(*table, policy, frame, len, now);
}
