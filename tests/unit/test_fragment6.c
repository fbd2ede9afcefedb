/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * IPv6 fragments of players, where the organiser allows them: what must never pass in fragments,
 * what must not overlap, and that nobody can push out somebody else's packets. At the module
 * itself, and at the three points that a player's frame passes.
 */
#include "frame/fragment6.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/rand.h"
#include "client/client_filter.h"
#include "gateway/gateway_filter.h"
#include "relay/forward.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW	(1000 * LP_NS_PER_S)
#define PEER_ID 7
#define DROP	LP_VERDICT_IP6_FRAGMENT
#define PASS	LP_VERDICT_FORWARD

static const struct lp_policy allowed = {.allow_ipv6_fragments = true};
static const struct lp_mac player = {{2, 0, 0, 0, 0, 0x0a}};

struct frame {
	uint8_t data[LP_FRAME_MAX];
	size_t len;
};

/* A fragment [offset, offset + body_len) of what begins with `head`. */
static struct frame make(uint32_t id, uint16_t offset, bool has_more, uint8_t next,
			 const uint8_t *head, size_t head_len, size_t body_len)
{
	static const uint8_t ether[] = {0x52, 0x54, 0, 0x12, 0x34, 0x56, 2,
					0,    0,    0, 0,    0x0a, 0x86, 0xdd};
	struct frame frame = {.len = 14 + 40 + 8 + body_len};
	uint8_t *packet = frame.data + 14, *header = packet + 40;

	memcpy(frame.data, ether, sizeof(ether));
	packet[0] = 0x60;
	packet[4] = (uint8_t)((8 + body_len) >> 8);
	packet[5] = (uint8_t)(8 + body_len);
	packet[6] = 44;
	packet[7] = 64;
	packet[8] = packet[24] = 0xfd;
	packet[23] = 0x0a;
	packet[39] = 0x02;
	header[0] = next;
	header[2] = (uint8_t)(offset >> 8);
	header[3] = (uint8_t)((offset & 0xf8) | has_more);
	header[4] = (uint8_t)(id >> 24);
	header[5] = (uint8_t)(id >> 16);
	header[6] = (uint8_t)(id >> 8);
	header[7] = (uint8_t)id;
	memset(header + 8, 0x55, body_len);
	if (head)
		memcpy(header + 8, head, LP_MIN(head_len, body_len));
	return frame;
}

static struct frame udp(uint32_t id, uint16_t offset, bool has_more, size_t body_len)
{
	static const uint8_t head[] = {0x9c, 0x40, 0x69, 0x87, 4, 0, 0, 0};

	return make(id, offset, has_more, 17, offset == 0 ? head : NULL, sizeof(head), body_len);
}

static enum lp_verdict ask(struct lp_fragment6 *table, struct frame frame, uint64_t now)
{
	uint8_t *block = malloc(frame.len);
	struct lp_ether ether;

	memcpy(block, frame.data, frame.len);
	assert_int_equal(lp_policy_check(block, frame.len, LP_DIRECTION_FROM_REMOTE, &allowed,
					 &player, &ether),
			 DROP);
	enum lp_verdict verdict = lp_fragment6_check(table, &allowed, block, frame.len, now);

	free(block);
	return verdict;
}

static void in_order_and_not(void **state)
{
	struct lp_fragment6 *table = lp_fragment6_new();

	(void)state;
	/* A follower of nothing, and one before the first. */
	assert_int_equal(ask(table, udp(1, 1448, true, 1448), NOW), DROP);
	assert_int_equal(ask(table, udp(1, 0, true, 1448), NOW), PASS);
	assert_int_equal(ask(table, udp(1, 1448, true, 1448), NOW), PASS);
	assert_int_equal(ask(table, udp(1, 5792, false, 100), NOW), PASS);
	assert_int_equal(ask(table, udp(1, 4344, true, 1448), NOW), PASS);
	assert_int_equal(ask(table, udp(1, 2896, true, 1448), NOW), PASS);
	/* Behind the end, and again. */
	assert_int_equal(ask(table, udp(1, 5896, true, 8), NOW), DROP);
	/* Other packets are not concerned: id, and an atomic fragment. */
	assert_int_equal(ask(table, udp(2, 1448, true, 1448), NOW), DROP);
	assert_int_equal(ask(table, udp(3, 0, false, 100), NOW), PASS);
	/* 64 kB, backwards behind the first one. */
	assert_int_equal(ask(table, udp(4, 0, true, 1448), NOW), PASS);
	for (int i = 44; i > 0; i--)
		assert_int_equal(ask(table, udp(4, (uint16_t)(i * 1448), i < 44, 1448), NOW), PASS);
	lp_fragment6_free(table);
}

static void only_while_the_first_is_known(void **state)
{
	struct lp_fragment6 *table = lp_fragment6_new();
	struct frame other = udp(1, 1448, true, 8);

	(void)state;
	assert_int_equal(ask(table, udp(1, 0, true, 1448), NOW), PASS);
	assert_int_equal(ask(table, udp(1, 1448, true, 8), NOW + LP_FRAGMENT6_AGE_NS - 1), PASS);
	assert_int_equal(ask(table, udp(1, 1456, true, 8), NOW + LP_FRAGMENT6_AGE_NS), DROP);
	/* Of another MAC, source, destination or id it is no follower. */
	static const size_t places[] = {11, 14 + 23, 14 + 39, 14 + 40 + 7};
	for (size_t i = 0; i < LP_ARRAY_COUNT(places); i++) {
		uint64_t now = NOW + (1 + i) * 10 * LP_NS_PER_S;
		struct frame follower = other;

		assert_int_equal(ask(table, udp(1, 0, true, 1448), now), PASS);
		follower.data[places[i]] ^= 1;
		assert_int_equal(
			lp_fragment6_check(table, &allowed, follower.data, follower.len, now),
			DROP);
		assert_int_equal(ask(table, other, now), PASS);
	}
	lp_fragment6_free(table);
}

/* RFC 5722: what overlaps ends the packet, and what comes after it. */
static void nothing_overlaps(void **state)
{
	static const struct {
		uint16_t offset;
		bool has_more;
		size_t body_len;
	} rows[] = {
		{0, true, 1448},  {0, true, 8},	     {0, false, 1448}, {8, true, 8},
		{1440, true, 16}, {1440, true, 8},   {8, true, 1440},  {2000, true, 104},
		{2400, true, 8},  {1448, true, 656}, {2096, true, 16}, {1456, false, 8},
		{2104, false, 8},
	};
	struct lp_fragment6 *table = lp_fragment6_new();

	(void)state;
	for (uint32_t i = 0; i < LP_ARRAY_COUNT(rows); i++) {
		uint64_t now = NOW + i * 10 * LP_NS_PER_S;

		assert_int_equal(ask(table, udp(i, 0, true, 1448), now), PASS);
		assert_int_equal(ask(table, udp(i, 2096, true, 400), now), PASS);
		assert_int_equal(
			ask(table, udp(i, rows[i].offset, rows[i].has_more, rows[i].body_len), now),
			DROP);
		assert_int_equal(ask(table, udp(i, 4000, true, 8), now), DROP);
		assert_int_equal(ask(table, udp(i, 0, true, 1448), now), DROP);
	}
	lp_fragment6_free(table);
}

static void what_never_passes_in_fragments(void **state)
{
	static const uint8_t ra[] = {134}, redirect[] = {137}, ns[] = {135}, na[] = {136},
			     rs[] = {133}, certificate[] = {149}, query[] = {130};
	static const uint8_t dhcp[] = {2, 34, 2, 35}, reply[] = {2, 35, 2, 34};
	static const uint8_t steam[] = {0xc3, 0x50, 0x69, 0xa0};
	static const uint8_t options[] = {58, 0, 1, 4, 0, 0, 0, 0, 134};
	static const uint8_t unknown_behind[] = {200, 0, 1, 4};
	static const struct {
		const char *what;
		uint8_t next;
		const uint8_t *head;
		size_t head_len;
		enum lp_verdict wanted;
	} rows[] = {
		{"router advertisement", 58, ra, 1, DROP},
		{"redirect", 58, redirect, 1, DROP},
		{"neighbour solicitation", 58, ns, 1, DROP},
		{"neighbour advertisement", 58, na, 1, DROP},
		{"router solicitation", 58, rs, 1, DROP},
		{"certification path", 58, certificate, 1, DROP},
		{"advertisement behind options", 60, options, sizeof(options), DROP},
		{"a second fragment header", 44, NULL, 0, DROP},
		{"MLD query", 58, query, 1, LP_VERDICT_INFRASTRUCTURE},
		{"OSPF", 89, NULL, 0, LP_VERDICT_INFRASTRUCTURE},
		{"DHCPv6", 17, dhcp, sizeof(dhcp), DROP},
		{"DHCPv6 reply", 17, reply, sizeof(reply), LP_VERDICT_DHCP6_SERVER},
		{"Steam's transfer", 6, steam, sizeof(steam), LP_VERDICT_LAN_TRANSFER},
		{"what nobody knows", 200, NULL, 0, LP_VERDICT_IP6_HEADER},
		{"the same behind options", 60, unknown_behind, 4, LP_VERDICT_IP6_HEADER},
	};
	struct lp_fragment6 *table = lp_fragment6_new();

	(void)state;
	for (uint32_t i = 0; i < LP_ARRAY_COUNT(rows); i++) {
		for (int has_more = 0; has_more < 2; has_more++) {
			enum lp_verdict verdict = ask(table,
						      make(i, 0, has_more, rows[i].next,
							   rows[i].head, rows[i].head_len, 1448),
						      NOW);
			if (verdict != rows[i].wanted)
				fail_msg("%s: %s", rows[i].what, lp_verdict_name(verdict));
		}
		assert_int_equal(ask(table, make(i, 1448, false, rows[i].next, NULL, 0, 8), NOW),
				 DROP);
	}
	lp_fragment6_free(table);
}

/* RFC 7112: all headers are in the first one, the upper layer's too. RFC 8200: lengths. */
static void no_tiny_ones(void **state)
{
	static const struct {
		uint8_t next;
		size_t need_len;
	} rows[] = {{17, 8}, {6, 20}, {58, 8}, {132, 12}, {33, 12}, {50, 8}};
	static const uint8_t echo[] = {128};
	struct lp_fragment6 *table = lp_fragment6_new();
	uint32_t id = 0;

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(rows); i++) {
		for (size_t len = 0; len <= 64; len++) {
			bool is_whole = len >= rows[i].need_len;

			assert_int_equal(
				ask(table, make(id++, 0, true, rows[i].next, echo, 1, len), NOW),
				is_whole && len % 8 == 0 ? PASS : DROP);
			assert_int_equal(
				ask(table, make(id++, 0, false, rows[i].next, echo, 1, len), NOW),
				is_whole ? PASS : DROP);
		}
	}
	/* The last one has an end within 65535 bytes; none is empty. */
	assert_int_equal(ask(table, udp(id, 0, true, 1448), NOW), PASS);
	assert_int_equal(ask(table, udp(id, 65528, false, 8), NOW), DROP);
	assert_int_equal(ask(table, udp(id, 1448, true, 0), NOW), DROP);
	/* A length that is not the packet's. */
	struct frame cut = udp(id, 1448, true, 80);

	cut.len--;
	assert_int_equal(lp_fragment6_check(table, &allowed, cut.data, cut.len, NOW), DROP);
	/* Those did no harm. */
	assert_int_equal(ask(table, udp(id, 1448, false, 7), NOW), PASS);
	lp_fragment6_free(table);
}

/* Whoever begins many packets pushes out their own. */
static void a_quota_of_each_source(void **state)
{
	struct lp_fragment6 *table = lp_fragment6_new();
	struct frame theirs = udp(1, 0, true, 1448);

	(void)state;
	theirs.data[11] = 0x0b;
	assert_int_equal(lp_fragment6_check(table, &allowed, theirs.data, theirs.len, NOW), PASS);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(ask(table, udp(i, 0, true, 1448), NOW + i), PASS);
	assert_int_equal(ask(table, udp(1000 - LP_FRAGMENT6_QUOTA, 1448, false, 8), NOW + 1000),
			 PASS);
	assert_int_equal(ask(table, udp(999 - LP_FRAGMENT6_QUOTA, 1448, false, 8), NOW + 1000),
			 DROP);
	theirs = udp(1, 1448, false, 8);
	theirs.data[11] = 0x0b;
	assert_int_equal(lp_fragment6_check(table, &allowed, theirs.data, theirs.len, NOW + 1000),
			 PASS);
	/* Too many holes. */
	assert_int_equal(ask(table, udp(5000, 0, true, 8), NOW + 2000), PASS);
	for (uint16_t i = 1; i <= LP_FRAGMENT6_RANGES; i++)
		assert_int_equal(ask(table, udp(5000, (uint16_t)(i * 16), true, 8), NOW + 2000),
				 i < LP_FRAGMENT6_RANGES ? PASS : DROP);
	lp_fragment6_free(table);
}

static void noise_is_read_inside_only(void **state)
{
	struct lp_fragment6 *table = lp_fragment6_new();
	struct lp_rand rand;

	(void)state;
	lp_rand_seed(&rand, 1);
	for (int round = 0; round < 50000; round++) {
		struct frame frame =
			udp((uint32_t)lp_rand_below(&rand, 4), (uint16_t)lp_rand_below(&rand, 256),
			    round % 3 != 0, lp_rand_below(&rand, 60));
		size_t len = round % 2 ? frame.len : lp_rand_below(&rand, frame.len + 1);
		uint8_t *block = malloc(len);

		for (int k = 0; k < 3; k++)
			frame.data[14 + lp_rand_below(&rand, 60)] = (uint8_t)lp_rand_next(&rand);
		memcpy(block, frame.data, len);
		enum lp_verdict verdict = lp_fragment6_check(table, &allowed, block, len,
							     NOW + (uint64_t)round * 1000);
		assert_true((size_t)verdict < LP_VERDICT__COUNT);
		free(block);
	}
	lp_fragment6_free(table);
}

/* --- the points --- */

static enum lp_verdict at_relay(struct lp_peer *peer, const struct frame *data)
{
	struct lp_pool *pool = lp_pool_new(1);
	struct lp_frame *frame = lp_pool_get(pool);

	frame->len = (uint16_t)data->len;
	memcpy(frame->data, data->data, data->len);
	enum lp_verdict verdict = lp_forward_frame(peer, frame, NOW);

	lp_frame_unref(frame);
	lp_pool_free(pool);
	return verdict;
}

static void every_point_asks(void **state)
{
	const struct frame first = udp(1, 0, true, 1448), second = udp(1, 1448, false, 600);
	static const struct lp_mac nic = {{2, 0, 0, 0, 0, 0xf0}};

	(void)state;
	for (int is_allowed = 0; is_allowed < 2; is_allowed++) {
		const struct lp_policy policy = {.allow_ipv6_fragments = is_allowed};
		enum lp_verdict wanted = is_allowed ? PASS : DROP;
		struct lp_client_filter tap = {.mac = player};
		struct lp_gateway_filter lan;
		struct lp_room *room = lp_room_new("room", 1500, true);
		room->limit = lp_alloc(sizeof(*room->limit));
		struct lp_peer *peer = test_calloc(1, sizeof(*peer));

		assert_int_equal(lp_client_filter_up(&tap, &policy, second.data, second.len, NOW),
				 DROP);
		assert_int_equal(lp_client_filter_up(&tap, &policy, first.data, first.len, NOW),
				 wanted);
		assert_int_equal(lp_client_filter_up(&tap, &policy, second.data, second.len, NOW),
				 wanted);
		lp_client_filter_fini(&tap);

		lp_gateway_filter_init(&lan, 0, NOW);
		lp_gateway_filter_set_nic(&lan, &nic, NOW);
		lp_gateway_filter_set_asking(&lan, false);
		lp_gateway_filter_join(&lan, PEER_ID, &player, NOW);
		assert_int_equal(lp_gateway_filter_down(&lan, &policy, PEER_ID, second.data,
							second.len, NOW),
				 DROP);
		assert_int_equal(
			lp_gateway_filter_down(&lan, &policy, PEER_ID, first.data, first.len, NOW),
			wanted);
		assert_int_equal(lp_gateway_filter_down(&lan, &policy, PEER_ID, second.data,
							second.len, NOW),
				 wanted);
		lp_gateway_filter_fini(&lan);

		room->policy = policy;
		peer->state = LP_PEER_MEMBER;
		peer->hello.role = LP_ROLE_CLIENT;
		peer->hello.mac = player;
		lp_list_init(&peer->link_room);
		lp_room_add(room, peer, NOW);
		wanted = is_allowed ? LP_VERDICT_NO_TARGET : DROP;
		assert_int_equal(at_relay(peer, &second), DROP);
		assert_int_equal(at_relay(peer, &first), wanted);
		assert_int_equal(at_relay(peer, &second), wanted);
		lp_room_remove(room, peer, NOW);
		lp_room_free(room);
		test_free(peer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order_and_not),
		cmocka_unit_test(only_while_the_first_is_known),
		cmocka_unit_test(nothing_overlaps),
		cmocka_unit_test(what_never_passes_in_fragments),
		cmocka_unit_test(no_tiny_ones),
		cmocka_unit_test(a_quota_of_each_source),
		cmocka_unit_test(noise_is_read_inside_only),
		cmocka_unit_test(every_point_asks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
