/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/room.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define START (1000 * LP_NS_PER_S)

static struct lp_room *room;
static uint64_t now;

static int set_up(void **state)
{
	(void)state;
	room = lp_room_new("party", 1500, true);
	now = START;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	lp_room_free(room);
	return 0;
}

/* Somebody comes and wants that id; 0 = any. Gives the id that it got. */
static uint16_t come(struct lp_peer *peer, uint16_t wanted_id)
{
	static uint32_t macs;
	memset(peer, 0, sizeof(*peer));
	lp_list_init(&peer->link_room);
	peer->hello.has_mac = true;
	peer->hello.mac.octet[0] = 2;
	macs++;
	memcpy(&peer->hello.mac.octet[2], &macs, sizeof(macs));
	peer->wanted_id = wanted_id;
	lp_room_add(room, peer, now);
	return peer->id;
}

static void leave(struct lp_peer *peer)
{
	lp_room_retire_id(room, peer, now);
	lp_room_remove(room, peer, now);
}

static void an_id_rests_for_a_minute(void **state)
{
	struct lp_peer peer, other;
	(void)state;
	uint16_t id = come(&peer, 4711);
	assert_int_equal(id, 4711);
	leave(&peer);
	/* A ticket of this morning, made for who had that id then. */
	now = START + 59 * LP_NS_PER_S;
	assert_int_not_equal(come(&other, 4711), 4711);
	leave(&other);
	now = START + 61 * LP_NS_PER_S;
	assert_int_equal(come(&other, 4711), 4711);
	leave(&other);
}

/* Nobody was told that it left: it comes back as itself. */
static void who_did_not_leave_keeps_it(void **state)
{
	struct lp_peer peer, again;
	(void)state;
	uint16_t id = come(&peer, 0);
	lp_room_remove(room, &peer, now);
	assert_int_equal(come(&again, id), id);
	leave(&again);
}

/* The next ones in turn may be those that tickets brought back, too. */
static void the_turn_passes_over_them(void **state)
{
	struct lp_peer first, peer;
	(void)state;
	uint16_t next = (uint16_t)(come(&first, 0) + 1);
	next = next ? next : 1;
	assert_int_equal(come(&peer, next), next);
	leave(&peer);
	assert_int_not_equal(come(&peer, 0), next);
	leave(&peer);
	leave(&first);
}

/* Whatever number of them comes and goes: there is one left, and found soon. */
static void many_come_and_go(void **state)
{
	struct lp_peer peer;
	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		assert_int_not_equal(come(&peer, (uint16_t)(i * 7)), 0);
		leave(&peer);
	}
	assert_int_equal(room->client_count, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(an_id_rests_for_a_minute),
		TEST(who_did_not_leave_keeps_it),
		TEST(the_turn_passes_over_them),
		TEST(many_come_and_go),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
