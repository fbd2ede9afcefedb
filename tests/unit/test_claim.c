/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "gateway/claim.h"

#include "base/clock.h"
#include "claim_frames.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define START (1000 * LP_NS_PER_S)

enum { ROUTER = 1, PC = 10, PLAYER = 0x50 };

static int set_up(void **state)
{
	*state = lp_claim_new();
	return 0;
}

static int tear_down(void **state)
{
	lp_claim_free(*state);
	return 0;
}

static void learn_arp(struct lp_claim *claim, struct arp arp, uint64_t now)
{
	uint8_t frame[CLAIM_FRAME_MAX];

	lp_claim_learn(claim, frame, make_arp(frame, &arp), now);
}

static enum lp_verdict check_arp(struct lp_claim *claim, struct arp arp, uint64_t now)
{
	uint8_t frame[CLAIM_FRAME_MAX];

	return lp_claim_check(claim, frame, make_arp(frame, &arp), now);
}

static void learn_nd(struct lp_claim *claim, struct nd nd, uint64_t now)
{
	uint8_t frame[CLAIM_FRAME_MAX];

	lp_claim_learn(claim, frame, make_nd(frame, &nd), now);
}

static enum lp_verdict check_nd(struct lp_claim *claim, struct nd nd, uint64_t now)
{
	uint8_t frame[CLAIM_FRAME_MAX];

	return lp_claim_check(claim, frame, make_nd(frame, &nd), now);
}

static void test_the_router_stays_the_router(void **state)
{
	static const struct arp spoofs[] = {
		{PLAYER, ARP_REPLY, 0, ROUTER, PC},	/* to one victim */
		{PLAYER, ARP_REQUEST, 0, ROUTER, PC},	/* hosts learn from these, too */
		{PLAYER, ARP_REPLY, 0, ROUTER, ROUTER}, /* gratuitous */
		{PLAYER, ARP_REQUEST, 0, ROUTER, ROUTER},
	};

	learn_arp(*state, (struct arp){ROUTER, ARP_REQUEST, 0, ROUTER, PC}, START);
	for (size_t i = 0; i < sizeof(spoofs) / sizeof(spoofs[0]); i++)
		assert_int_equal(check_arp(*state, spoofs[i], START), LP_VERDICT_ADDRESS_CLAIM);
	/* Asking for it, or whether it is free, is everybody's right. */
	assert_int_equal(check_arp(*state, (struct arp){PLAYER, ARP_REQUEST, 0, 80, ROUTER}, START),
			 LP_VERDICT_FORWARD);
	assert_int_equal(check_arp(*state, (struct arp){PLAYER, ARP_REQUEST, 0, 0, ROUTER}, START),
			 LP_VERDICT_FORWARD);
}

static void test_nobody_speaks_for_another(void **state)
{
	assert_int_equal(check_arp(*state, (struct arp){PLAYER, ARP_REPLY, PC, 80, PC}, START),
			 LP_VERDICT_ADDRESS_CLAIM);
	assert_int_equal(check_nd(*state, (struct nd){PLAYER, ND_NA, 80, 80, PC, 0}, START),
			 LP_VERDICT_ADDRESS_CLAIM);
}

static void test_an_address_is_free_again_after_five_minutes(void **state)
{
	const struct arp mine = {PLAYER, ARP_REPLY, 0, PC, ROUTER};

	learn_arp(*state, (struct arp){PC, ARP_REPLY, 0, PC, ROUTER}, START);
	assert_int_equal(check_arp(*state, mine, START + 299 * LP_NS_PER_S),
			 LP_VERDICT_ADDRESS_CLAIM);
	assert_int_equal(check_arp(*state, mine, START + 301 * LP_NS_PER_S), LP_VERDICT_FORWARD);
	/* And gone again when its machine is back. */
	learn_arp(*state, (struct arp){PC, ARP_REPLY, 0, PC, ROUTER}, START + 400 * LP_NS_PER_S);
	assert_int_equal(check_arp(*state, mine, START + 401 * LP_NS_PER_S),
			 LP_VERDICT_ADDRESS_CLAIM);
}

static void test_neighbour_discovery_is_guarded_likewise(void **state)
{
	learn_nd(*state, (struct nd){PC, ND_NS, PC, ROUTER, PC, 0}, START);
	learn_nd(*state, (struct nd){ROUTER, ND_RA, ROUTER, 0, ROUTER, 0}, START);
	learn_nd(*state, (struct nd){11, ND_NA, 11, 12, 11, 0}, START);
	assert_int_equal(check_nd(*state, (struct nd){PLAYER, ND_NA, 80, PC, PLAYER, 0}, START),
			 LP_VERDICT_ADDRESS_CLAIM);
	assert_int_equal(check_nd(*state, (struct nd){PLAYER, ND_NS, ROUTER, PC, PLAYER, 0}, START),
			 LP_VERDICT_ADDRESS_CLAIM);
	assert_int_equal(check_nd(*state, (struct nd){PLAYER, ND_NA, 80, 12, PLAYER, 3}, START),
			 LP_VERDICT_ADDRESS_CLAIM);
	assert_int_equal(check_nd(*state, (struct nd){PLAYER, ND_RS, PC, 0, PLAYER, 0}, START),
			 LP_VERDICT_ADDRESS_CLAIM);
	assert_int_equal(check_nd(*state, (struct nd){PLAYER, ND_NA, 80, 80, PLAYER, 0}, START),
			 LP_VERDICT_FORWARD);
	assert_int_equal(check_nd(*state, (struct nd){PLAYER, ND_NS, 0, PC, 0, 0}, START),
			 LP_VERDICT_FORWARD);
}

/* "Is it free?" - "No", to each address that a newcomer tries, keeps him off the LAN. */
static void test_a_question_of_the_lan_is_not_answered_by_players(void **state)
{
	learn_arp(*state, (struct arp){PC, ARP_REQUEST, 0, 0, 30}, START);
	assert_int_equal(check_arp(*state, (struct arp){PLAYER, ARP_REPLY, 0, 30, PC}, START),
			 LP_VERDICT_ADDRESS_CLAIM);
	learn_nd(*state, (struct nd){PC, ND_NS, 0, 30, 0, 0}, START);
	assert_int_equal(check_nd(*state, (struct nd){PLAYER, ND_NA, 30, 30, PLAYER, 0}, START),
			 LP_VERDICT_ADDRESS_CLAIM);
	/* Who asked for a player's own address by mistake has taken it from him for seconds only.
	 */
	assert_int_equal(check_arp(*state, (struct arp){PLAYER, ARP_REPLY, 0, 30, PC},
				   START + 6 * LP_NS_PER_S),
			 LP_VERDICT_FORWARD);
}

/* A proxy that answers for all would lock every player out of his own address. */
static void test_what_the_lan_says_for_others_is_not_learnt(void **state)
{
	learn_arp(*state, (struct arp){ROUTER, ARP_REPLY, PC, 80, 11}, START);
	assert_int_equal(lp_claim_count(*state), 0);
}

static void test_a_flood_stays_within_the_bound(void **state)
{
	uint8_t frame[CLAIM_FRAME_MAX];
	size_t len = make_arp(frame, &(struct arp){PC, ARP_REPLY, 0, PC, ROUTER});

	for (uint32_t i = 1; i < 100000; i++) {
		memcpy(frame + 28, &i, sizeof(i));
		lp_claim_learn(*state, frame, len, START + i);
		assert_true(lp_claim_count(*state) <= LP_CLAIM_MAX);
	}
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(test_the_router_stays_the_router),
		CASE(test_nobody_speaks_for_another),
		CASE(test_an_address_is_free_again_after_five_minutes),
		CASE(test_neighbour_discovery_is_guarded_likewise),
		CASE(test_a_question_of_the_lan_is_not_answered_by_players),
		CASE(test_what_the_lan_says_for_others_is_not_learnt),
		CASE(test_a_flood_stays_within_the_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
