/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/ticket.h"

#include "base/clock.h"
#include "base/mem.h"
#include "relay/worker_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define WALL (1767225600ULL * LP_NS_PER_S)

static struct lp_worker worker;

static struct lp_peer make_peer(void)
{
	struct lp_peer peer = {.worker = &worker, .id = 4711};
	peer.hello.role = LP_ROLE_CLIENT;
	peer.hello.has_mac = true;
	peer.hello.mac = (struct lp_mac){{2, 0, 0, 0, 0, 7}};
	lp_strcopy(peer.hello.room, sizeof(peer.hello.room), "party");
	return peer;
}

static int setup(void **state)
{
	(void)state;
	memset(&worker, 0, sizeof(worker));
	memset(worker.config.ticket_key, 0x5a, sizeof(worker.config.ticket_key));
	return 0;
}

static void a_ticket_brings_the_id_back(void **state)
{
	struct lp_peer peer = make_peer();
	struct lp_ticket ticket = {0};
	(void)state;
	lp_ticket_make(&peer, WALL, peer.hello.resume);
	assert_true(peer.hello.resume[0]);
	peer.id = 0;
	assert_true(lp_ticket_check(&peer, WALL + LP_NS_PER_S, &ticket));
	assert_int_equal(ticket.id, 4711);
	/* The relay's clock was set back. */
	assert_true(lp_ticket_check(&peer, WALL - 3600 * LP_NS_PER_S, &ticket));
	printf("shows C11\n");
}

static void it_is_for_one_peer_only(void **state)
{
	struct lp_peer peer = make_peer(), other;
	struct lp_ticket ticket = {0};
	(void)state;
	lp_ticket_make(&peer, WALL, peer.hello.resume);
	other = peer;
	other.hello.mac.octet[5] = 8;
	assert_false(lp_ticket_check(&other, WALL, &ticket));
	other = peer;
	other.hello.role = LP_ROLE_GATEWAY;
	assert_false(lp_ticket_check(&other, WALL, &ticket));
	other = peer;
	lp_strcopy(other.hello.room, sizeof(other.hello.room), "other");
	assert_false(lp_ticket_check(&other, WALL, &ticket));
	lp_strcopy(other.hello.room, sizeof(other.hello.room), "party2");
	assert_false(lp_ticket_check(&other, WALL, &ticket));
	/* Whose it is can be read all the same. */
	assert_int_equal(ticket.id, 4711);
	assert_string_equal(ticket.room, "party");
}

static void it_grows_old(void **state)
{
	struct lp_peer peer = make_peer();
	struct lp_ticket ticket;
	(void)state;
	lp_ticket_make(&peer, WALL, peer.hello.resume);
	assert_true(lp_ticket_check(&peer, WALL + LP_TICKET_LIFE_NS, &ticket));
	assert_false(lp_ticket_check(&peer, WALL + LP_TICKET_LIFE_NS + 1, &ticket));
}

static void forged_ones_are_refused(void **state)
{
	struct lp_peer peer = make_peer();
	char good[LP_TICKET_MAX + 1];
	struct lp_ticket ticket;
	(void)state;
	lp_ticket_make(&peer, WALL, good);
	for (size_t i = 0; i < strlen(good); i++) { /* cut off */
		lp_strcopy(peer.hello.resume, i + 1, good);
		assert_false(lp_ticket_check(&peer, WALL, &ticket));
	}
	for (size_t i = 0; i < strlen(good); i += 3) {
		strcpy(peer.hello.resume, good);
		peer.hello.resume[i] = good[i] == 'A' ? 'B' : 'A';
		assert_false(lp_ticket_check(&peer, WALL, &ticket));
	}
	strcpy(peer.hello.resume, "not base64url!");
	assert_false(lp_ticket_check(&peer, WALL, &ticket));
	/* Another relay's, or one of before the key was changed. */
	strcpy(peer.hello.resume, good);
	worker.config.ticket_key[0] ^= 1;
	assert_false(lp_ticket_check(&peer, WALL, &ticket));
}

/* The longest room code fits. */
static void long_rooms_have_tickets(void **state)
{
	struct lp_peer peer = make_peer();
	struct lp_ticket ticket;
	(void)state;
	memset(peer.hello.room, 'x', LP_ROOM_MAX);
	lp_ticket_make(&peer, WALL, peer.hello.resume);
	assert_true(lp_ticket_check(&peer, WALL, &ticket));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_ticket_brings_the_id_back, setup),
		cmocka_unit_test_setup(it_is_for_one_peer_only, setup),
		cmocka_unit_test_setup(it_grows_old, setup),
		cmocka_unit_test_setup(forged_ones_are_refused, setup),
		cmocka_unit_test_setup(long_rooms_have_tickets, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
