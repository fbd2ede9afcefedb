/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/ban.h"

#include "base/clock.h"
#include "base/mem.h"
#include "relay/room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MINUTE (60 * LP_NS_PER_S)

static const struct lp_now now = {.mono_ns = 1000 * LP_NS_PER_S, .wall_ns = 9000 * LP_NS_PER_S};
static struct lp_bans bans;
static struct lp_room room = {.code = "party"};

static struct lp_peer make_peer(uint16_t id)
{
	struct lp_peer peer = {.id = id, .room = &room};
	peer.hello.has_mac = true;
	peer.hello.mac = (struct lp_mac){{2, 0, 0, 0, (uint8_t)(id >> 8), (uint8_t)id}};
	lp_strcopy(peer.hello.room, sizeof(peer.hello.room), "party");
	return peer;
}

static uint64_t left(uint16_t id, uint64_t after_ns)
{
	static const struct lp_ticket none;
	struct lp_peer peer = make_peer(id);
	return lp_bans_left(&bans, &peer.hello, &none, now.mono_ns + after_ns);
}

static int set_up(void **state)
{
	(void)state;
	memset(&bans, 0, sizeof(bans));
	return 0;
}

static void it_ends(void **state)
{
	struct lp_peer peer = make_peer(7);
	(void)state;
	assert_int_equal(left(7, 0), 0);
	lp_bans_add(&bans, &peer, 5 * MINUTE, "uid 0 (root)", &now);
	assert_true(left(7, 0) == 5 * MINUTE);
	assert_true(left(7, 5 * MINUTE - 1) == 1);
	assert_true(left(7, 5 * MINUTE) == 0);
	assert_true(left(8, 0) == 0);
	/* Of two the longer one counts. */
	lp_bans_add(&bans, &peer, MINUTE, "uid 0 (root)", &now);
	assert_true(left(7, 0) == 5 * MINUTE);
}

static void tickets_of_before_count(void **state)
{
	struct lp_peer peer = make_peer(7), other = make_peer(8);
	struct lp_ticket ticket = {.wall_ns = now.wall_ns, .id = 7, .room = "party"};
	(void)state;
	lp_bans_add(&bans, &peer, MINUTE, "uid 0 (root)", &now);
	assert_true(lp_bans_left(&bans, &other.hello, &ticket, now.mono_ns) == MINUTE);
	/* The id is somebody else's by now. */
	ticket.wall_ns++;
	assert_true(lp_bans_left(&bans, &other.hello, &ticket, now.mono_ns) == 0);
	ticket.wall_ns--;
	lp_strcopy(ticket.room, sizeof(ticket.room), "other");
	assert_true(lp_bans_left(&bans, &other.hello, &ticket, now.mono_ns) == 0);
	/* Who has no MAC is not everybody who has none. */
	peer.hello.has_mac = false;
	memset(&peer.hello.mac, 0, sizeof(peer.hello.mac));
	lp_bans_add(&bans, &peer, MINUTE, "uid 0 (root)", &now);
	other.hello.has_mac = false;
	memset(&other.hello.mac, 0, sizeof(other.hello.mac));
	assert_true(lp_bans_left(&bans, &other.hello, &ticket, now.mono_ns) == 0);
}

static void they_are_few(void **state)
{
	(void)state;
	for (uint16_t id = 1; id <= 2 * LP_BANS_MAX; id++) {
		struct lp_peer peer = make_peer(id);
		lp_bans_add(&bans, &peer, id == 5 ? 60 * MINUTE : MINUTE + id, "uid 0 (root)",
			    &now);
	}
	assert_int_equal(bans.count, LP_BANS_MAX);
	assert_true(left(5, 0) == 60 * MINUTE);
	assert_true(left(6, 0) == 0);
	assert_true(left(2 * LP_BANS_MAX, 0) == MINUTE + 2 * LP_BANS_MAX);
	/* Those that are over make place for others. */
	struct lp_now later = {.mono_ns = now.mono_ns + 2 * MINUTE, .wall_ns = now.wall_ns};
	struct lp_peer peer = make_peer(7);
	lp_bans_add(&bans, &peer, MINUTE, "uid 0 (root)", &later);
	assert_true(left(5, 2 * MINUTE) == 58 * MINUTE);
	assert_true(left(7, 2 * MINUTE) == MINUTE);
}

/* By the id that the peer had; others stay out. */
static void a_ban_is_lifted(void **state)
{
	struct lp_peer peer = make_peer(7);
	uint64_t start = now.mono_ns;
	(void)state;
	lp_bans_add(&bans, &peer, 5 * MINUTE, "uid 0 (root)", &now);
	assert_string_equal(bans.list[0].by, "uid 0 (root)");
	assert_false(lp_bans_lift(&bans, "party", 8, start));
	assert_false(lp_bans_lift(&bans, "quake", 7, start));
	assert_true(lp_bans_lift(&bans, "party", 7, start));
	assert_int_equal(left(7, 0), 0);
	assert_false(lp_bans_lift(&bans, "party", 7, start));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(it_ends, set_up),
		cmocka_unit_test_setup(a_ban_is_lifted, set_up),
		cmocka_unit_test_setup(tickets_of_before_count, set_up),
		cmocka_unit_test_setup(they_are_few, set_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
