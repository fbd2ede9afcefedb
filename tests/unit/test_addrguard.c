/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "gateway/addrguard.h"

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

#define ASKED (LP_ADDRPROBE_WAIT_NS) /* so long after its first claim an address is free */

enum { ROUTER = 1, PC = 10, PLAYER = 0x50 };
enum { PLAYER_ID = 7 };

static const struct lp_mac asker = {{2, 0, 0, 0, 0, 0xaa}};
static struct lp_bucket budget;

static int set_up(void **state)
{
	*state = lp_addrguard_new(START);
	lp_bucket_init(&budget, LP_ADDRGUARD_PLAYER_PER_S, LP_ADDRGUARD_PLAYER_BURST, START);
	return 0;
}

static int tear_down(void **state)
{
	lp_addrguard_free(*state);
	return 0;
}

static void learn_arp(struct lp_addrguard *guard, struct arp arp, uint64_t now)
{
	uint8_t frame[CLAIM_FRAME_MAX];

	lp_addrguard_learn(guard, frame, make_arp(frame, &arp), now);
}

static enum lp_verdict check_arp(struct lp_addrguard *guard, struct arp arp, uint64_t now)
{
	uint8_t frame[CLAIM_FRAME_MAX];

	return lp_addrguard_check(guard, PLAYER_ID, &budget, frame, make_arp(frame, &arp), now);
}

static void learn_nd(struct lp_addrguard *guard, struct nd nd, uint64_t now)
{
	uint8_t frame[CLAIM_FRAME_MAX];

	lp_addrguard_learn(guard, frame, make_nd(frame, &nd), now);
}

static enum lp_verdict check_nd(struct lp_addrguard *guard, struct nd nd, uint64_t now)
{
	uint8_t frame[CLAIM_FRAME_MAX];

	return lp_addrguard_check(guard, PLAYER_ID, &budget, frame, make_nd(frame, &nd), now);
}

/* Nobody has it, as the LAN was asked; the player has used it. */
static void get_free(struct lp_addrguard *guard, uint8_t station, uint64_t now)
{
	struct arp arp = {PLAYER, ARP_REPLY, 0, station, PC};
	struct nd nd = {PLAYER, ND_NA, station, station, PLAYER, 0};

	assert_int_equal(check_arp(guard, arp, now), LP_VERDICT_ADDRESS_PROBED);
	assert_int_equal(check_nd(guard, nd, now), LP_VERDICT_ADDRESS_PROBED);
	run_claim_until(guard, &asker, now + ASKED);
	assert_int_equal(check_arp(guard, arp, now + ASKED), LP_VERDICT_FORWARD);
	assert_int_equal(check_nd(guard, nd, now + ASKED), LP_VERDICT_FORWARD);
}

/* Whoever of the LAN is asked for it now answers. */
static void answer(struct lp_addrguard *guard, uint8_t station, uint8_t ip, uint64_t now)
{
	uint8_t question[LP_IPCLAIM_QUESTION_MAX];

	while (lp_addrguard_ask(guard, &asker, question, now) > 0)
		;
	learn_arp(guard, (struct arp){station, ARP_REPLY, 0, ip, 0}, now);
	learn_nd(guard, (struct nd){station, ND_NA, ip, ip, station, 0}, now);
}

static void test_the_router_stays_the_router(void **state)
{
	static const struct arp spoofs[] = {
		{PLAYER, ARP_REPLY, 0, ROUTER, PC},	/* to one victim */
		{PLAYER, ARP_REQUEST, 0, ROUTER, PC},	/* hosts learn from these, too */
		{PLAYER, ARP_REPLY, 0, ROUTER, ROUTER}, /* gratuitous */
		{PLAYER, ARP_REQUEST, 0, ROUTER, ROUTER},
	};

	get_free(*state, 80, START - ASKED);
	learn_arp(*state, (struct arp){ROUTER, ARP_REQUEST, 0, ROUTER, PC}, START);
	assert_int_equal(check_arp(*state, spoofs[0], START), LP_VERDICT_ADDRESS_PROBED);
	answer(*state, ROUTER, ROUTER, START);
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

/* It has been unplugged, and a player has its address from the server now. */
static void test_an_address_moves_to_a_player(void **state)
{
	const struct arp mine = {PLAYER, ARP_REPLY, 0, PC, PC};
	const struct nd mine6 = {PLAYER, ND_NA, PC, PC, PLAYER, 0};
	uint64_t at = START + LP_NS_PER_S, end = at + 2 * LP_ADDRPROBE_WAIT_NS;

	learn_arp(*state, (struct arp){PC, ARP_REPLY, 0, PC, ROUTER}, START);
	learn_nd(*state, (struct nd){PC, ND_NS, PC, ROUTER, PC, 0}, START);
	assert_int_equal(check_arp(*state, mine, at), LP_VERDICT_ADDRESS_PROBED);
	assert_int_equal(check_nd(*state, mine6, at), LP_VERDICT_ADDRESS_PROBED);
	assert_int_equal(run_claim_until(*state, &asker, end - 1), 6);
	assert_int_equal(check_arp(*state, mine, end - 1), LP_VERDICT_ADDRESS_PROBED);
	run_claim_until(*state, &asker, end);
	assert_int_equal(check_arp(*state, mine, end), LP_VERDICT_FORWARD);
	assert_int_equal(check_nd(*state, mine6, end), LP_VERDICT_FORWARD);
	assert_int_equal(lp_addrguard_count(*state), 0);
}

/* Its switch may have forgotten all others; and the LAN may have given it to another machine. */
static void test_the_owner_is_asked_and_all_others_once(void **state)
{
	static const uint8_t owner[] = {2, 0, 0, 0, 0, PC}, all[] = {255, 255, 255, 255, 255, 255};
	const uint8_t *to[] = {owner, all, owner};
	uint8_t frame[LP_IPCLAIM_QUESTION_MAX];

	learn_arp(*state, (struct arp){PC, ARP_REPLY, 0, PC, ROUTER}, START);
	assert_int_equal(check_arp(*state, (struct arp){PLAYER, ARP_REPLY, 0, PC, PC}, START),
			 LP_VERDICT_ADDRESS_PROBED);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(
			lp_addrguard_ask(*state, &asker, frame, lp_addrguard_deadline(*state)), 60);
		assert_memory_equal(frame, to[i], LP_MAC_LEN);
	}
	/* Another machine answers. */
	learn_arp(*state, (struct arp){11, ARP_REPLY, 0, PC, 0}, START + LP_NS_PER_S - 1);
	assert_int_equal(run_claim_until(*state, &asker, START + 2 * LP_NS_PER_S), 0);
	assert_int_equal(
		check_arp(*state, (struct arp){PLAYER, ARP_REPLY, 0, PC, PC}, START + LP_NS_PER_S),
		LP_VERDICT_ADDRESS_CLAIM);
}

/* Each second anew, as the cable may have been pulled right after the answer. */
static void test_an_owner_who_answers_keeps_it(void **state)
{
	const struct arp mine = {PLAYER, ARP_REPLY, 0, PC, PC};
	struct lp_addrprobe_frame held;
	uint64_t at = START;

	learn_arp(*state, (struct arp){PC, ARP_REPLY, 0, PC, ROUTER}, START);
	for (unsigned i = 0; i < 10; i++, at += LP_ADDRGUARD_ANSWER_NS) {
		assert_int_equal(check_arp(*state, mine, at), LP_VERDICT_ADDRESS_PROBED);
		answer(*state, PC, PC, at);
		assert_false(lp_addrguard_release(*state, &held, at));
		assert_int_equal(check_arp(*state, mine, at + LP_ADDRGUARD_ANSWER_NS - 1),
				 LP_VERDICT_ADDRESS_CLAIM);
	}
	assert_int_equal(check_arp(*state, mine, at), LP_VERDICT_ADDRESS_PROBED);
	run_claim_until(*state, &asker, at + LP_NS_PER_S);
	assert_int_equal(check_arp(*state, mine, at + LP_NS_PER_S), LP_VERDICT_FORWARD);
}

/* Whoever sends it, once or for ever: unless it answers for it, the player goes on as before. */
static void test_a_frame_of_the_lan_takes_nothing_from_a_player(void **state)
{
	const struct arp mine = {PLAYER, ARP_REPLY, 0, 80, PC};
	const struct nd mine6 = {PLAYER, ND_NA, 80, 80, PLAYER, 0};
	uint64_t at = START;

	for (unsigned is_asking = 0; is_asking < 2; is_asking++) {
		lp_addrguard_set_asking(*state, is_asking);
		check_arp(*state, mine, at);
		check_nd(*state, mine6, at);
		run_claim_until(*state, &asker, at + ASKED);
		at += LP_NS_PER_S;
		learn_arp(*state, (struct arp){PC, ARP_REQUEST, 0, 80, ROUTER}, at);
		learn_nd(*state, (struct nd){PC, ND_NS, 80, ROUTER, PC, 0}, at);
		assert_int_equal(check_arp(*state, mine, at), LP_VERDICT_FORWARD);
		assert_int_equal(check_nd(*state, mine6, at), LP_VERDICT_FORWARD);
		assert_int_equal(run_claim_until(*state, &asker, at + LP_NS_PER_S), 6);
		at += LP_NS_PER_S;
		assert_int_equal(check_arp(*state, mine, at), LP_VERDICT_FORWARD);
		assert_int_equal(check_nd(*state, mine6, at), LP_VERDICT_FORWARD);
		assert_int_equal(lp_addrguard_count(*state), 0);
	}
}

/* The other way round: it is plugged in with the address of a player, and has it at its answer. */
static void test_an_address_moves_to_the_lan(void **state)
{
	get_free(*state, 80, START - ASKED);
	learn_arp(*state, (struct arp){PC, ARP_REQUEST, 0, 80, 80}, START);
	learn_nd(*state, (struct nd){PC, ND_NS, 80, ROUTER, PC, 0}, START);
	answer(*state, PC, 80, START + 1);
	assert_int_equal(check_arp(*state, (struct arp){PLAYER, ARP_REPLY, 0, 80, PC}, START + 1),
			 LP_VERDICT_ADDRESS_CLAIM);
	assert_int_equal(check_nd(*state, (struct nd){PLAYER, ND_NA, 80, 80, PLAYER, 0}, START + 1),
			 LP_VERDICT_ADDRESS_CLAIM);
}

/* Without a cable nobody can answer: that proves nothing. */
static void test_silence_without_a_cable_is_no_answer(void **state)
{
	const struct arp mine = {PLAYER, ARP_REPLY, 0, PC, PC};

	learn_arp(*state, (struct arp){PC, ARP_REPLY, 0, PC, ROUTER}, START);
	assert_int_equal(check_arp(*state, mine, START), LP_VERDICT_ADDRESS_PROBED);
	lp_addrguard_stop_asking(*state);
	run_claim_until(*state, &asker, START + 2 * LP_NS_PER_S);
	assert_int_equal(check_arp(*state, mine, START + 2 * LP_NS_PER_S),
			 LP_VERDICT_ADDRESS_PROBED);
}

/* Nobody is asked any more, if the LAN is not asked for what is unknown. */
static void test_an_address_is_forgotten_after_five_minutes(void **state)
{
	const struct arp mine = {PLAYER, ARP_REPLY, 0, PC, ROUTER};

	lp_addrguard_set_asking(*state, false);
	learn_arp(*state, (struct arp){PC, ARP_REPLY, 0, PC, ROUTER}, START);
	assert_int_equal(check_arp(*state, mine, START + 299 * LP_NS_PER_S),
			 LP_VERDICT_ADDRESS_PROBED);
	answer(*state, PC, PC, START + 299 * LP_NS_PER_S);
	assert_int_equal(check_arp(*state, mine, START + 599 * LP_NS_PER_S),
			 LP_VERDICT_ADDRESS_PROBED);
	lp_addrguard_stop_asking(*state);
	assert_int_equal(check_arp(*state, mine, START + 601 * LP_NS_PER_S), LP_VERDICT_FORWARD);
}

static void test_neighbour_discovery_is_guarded_likewise(void **state)
{
	get_free(*state, 80, START - ASKED);
	learn_nd(*state, (struct nd){PC, ND_NS, PC, ROUTER, PC, 0}, START);
	learn_nd(*state, (struct nd){ROUTER, ND_RA, ROUTER, 0, ROUTER, 0}, START);
	learn_nd(*state, (struct nd){11, ND_NA, 11, 12, 11, 0}, START);
	for (size_t i = 0; i < 3; i++) {
		uint8_t station = (uint8_t[]){PC, ROUTER, 12}[i];

		check_nd(*state, (struct nd){PLAYER, ND_NA, 80, station, PLAYER, 0}, START);
		answer(*state, station == 12 ? 11 : station, station, START);
	}
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

/* "Is it free?" - "No", to each address that a new machine tries, keeps him off the LAN. */
static void test_a_question_of_the_lan_is_not_answered_by_players(void **state)
{
	learn_arp(*state, (struct arp){PC, ARP_REQUEST, 0, 0, 30}, START);
	assert_int_equal(check_arp(*state, (struct arp){PLAYER, ARP_REPLY, 0, 30, PC}, START),
			 LP_VERDICT_ADDRESS_CLAIM);
	learn_nd(*state, (struct nd){PC, ND_NS, 0, 30, 0, 0}, START);
	assert_int_equal(check_nd(*state, (struct nd){PLAYER, ND_NA, 30, 30, PLAYER, 0}, START),
			 LP_VERDICT_ADDRESS_CLAIM);
	/* Nor by the same question, which says as much. */
	assert_int_equal(check_arp(*state, (struct arp){PLAYER, ARP_REQUEST, 0, 0, 30}, START),
			 LP_VERDICT_ADDRESS_CLAIM);
	assert_int_equal(check_nd(*state, (struct nd){PLAYER, ND_NS, 0, 30, 0, 0}, START),
			 LP_VERDICT_ADDRESS_CLAIM);
	assert_int_equal(check_arp(*state, (struct arp){PLAYER, ARP_REPLY, 0, 30, PC},
				   START + 6 * LP_NS_PER_S),
			 LP_VERDICT_ADDRESS_PROBED);
}

/* What was his before he may say no for, and one question in the LAN does not silence him. */
static void test_a_player_defends_what_is_his(void **state)
{
	uint8_t frame[CLAIM_FRAME_MAX];
	size_t len = make_arp(frame, &(struct arp){0x51, ARP_REPLY, 0, 30, PC});

	get_free(*state, 30, START - ASKED);
	learn_arp(*state, (struct arp){PC, ARP_REQUEST, 0, 0, 30}, START);
	learn_nd(*state, (struct nd){PC, ND_NS, 0, 30, 0, 0}, START);
	assert_int_equal(check_arp(*state, (struct arp){PLAYER, ARP_REPLY, 0, 30, PC}, START),
			 LP_VERDICT_FORWARD);
	assert_int_equal(check_nd(*state, (struct nd){PLAYER, ND_NA, 30, 30, PLAYER, 0}, START),
			 LP_VERDICT_FORWARD);
	/* Another player has no say in it. */
	assert_int_equal(lp_addrguard_check(*state, 8, &budget, frame, len, START),
			 LP_VERDICT_ADDRESS_CLAIM);
	/* Nor can he defend more than a machine has. */
	lp_addrguard_set_asking(*state, false);
	len = make_arp(frame, &(struct arp){PLAYER, ARP_REPLY, 0, 30, PC});
	for (uint8_t i = 100; i < 100 + LP_ADDRGUARD_PLAYER_MAX + 1; i++) {
		frame[31] = i;
		assert_int_equal(lp_addrguard_check(*state, PLAYER_ID, &budget, frame, len, START),
				 LP_VERDICT_FORWARD);
	}
	learn_arp(*state, (struct arp){PC, ARP_REQUEST, 0, 0, 100}, START);
	frame[31] = 100;
	assert_int_equal(lp_addrguard_check(*state, PLAYER_ID, &budget, frame, len, START),
			 LP_VERDICT_ADDRESS_CLAIM);
}

/* A proxy that answers for all would lock every player out of his own address. */
static void test_what_the_lan_says_for_others_is_not_learnt(void **state)
{
	learn_arp(*state, (struct arp){ROUTER, ARP_REPLY, PC, 80, 11}, START);
	assert_int_equal(lp_addrguard_count(*state), 0);
}

/* A player asks for thousands of addresses, and the router answers for all of them. */
static void test_a_proxy_evicts_nobody(void **state)
{
	uint8_t frame[CLAIM_FRAME_MAX];
	size_t len = make_arp(frame, &(struct arp){ROUTER, ARP_REPLY, 0, PC, PLAYER});
	uint64_t at = START + LP_NS_PER_S;

	lp_addrguard_set_asking(*state, false);
	learn_arp(*state, (struct arp){PC, ARP_REPLY, 0, PC, ROUTER}, START);
	learn_arp(*state, (struct arp){ROUTER, ARP_REQUEST, 0, ROUTER, PC}, START);
	for (uint32_t i = 1; i <= 4400; i++) {
		frame[29] = 1;
		frame[30] = (uint8_t)(i >> 8);
		frame[31] = (uint8_t)i;
		lp_addrguard_learn(*state, frame, len, at + i);
	}
	assert_int_equal(lp_addrguard_count(*state), 1 + LP_ADDRGUARD_LAN_MAC_MAX);
	at += LP_NS_PER_S;
	assert_int_equal(check_arp(*state, (struct arp){PLAYER, ARP_REPLY, 0, PC, 1}, at),
			 LP_VERDICT_ADDRESS_PROBED);
	assert_int_equal(check_arp(*state, (struct arp){PLAYER, ARP_REPLY, 0, ROUTER, 1}, at),
			 LP_VERDICT_ADDRESS_PROBED);
}

static void test_a_flood_stays_within_the_bound(void **state)
{
	uint8_t frame[CLAIM_FRAME_MAX];
	size_t len = make_arp(frame, &(struct arp){PC, ARP_REPLY, 0, PC, ROUTER});

	for (uint32_t i = 1; i < 100000; i++) {
		memcpy(frame + 28, &i, sizeof(i));
		lp_addrguard_learn(*state, frame, len, START + i);
		assert_true(lp_addrguard_count(*state) <= LP_ADDRGUARD_MAX);
	}
}

/* --- what is not known --- */

/* Nobody has heard of the router yet; it answers the second question. */
static void test_who_has_never_spoken_is_asked(void **state)
{
	static const struct arp spoof = {PLAYER, ARP_REPLY, 0, ROUTER, PC};
	uint8_t frame[LP_IPCLAIM_QUESTION_MAX];
	struct lp_addrprobe_frame held;

	assert_int_equal(check_arp(*state, spoof, START), LP_VERDICT_ADDRESS_PROBED);
	assert_int_equal(lp_addrguard_deadline(*state), START);
	assert_int_equal(lp_addrguard_ask(*state, &asker, frame, START), 60);
	assert_int_equal(lp_addrguard_ask(*state, &asker, frame, START), 0);
	assert_int_equal(check_arp(*state, spoof, START + 1), LP_VERDICT_ADDRESS_PROBED);
	assert_int_equal(run_claim_until(*state, &asker, START + LP_ADDRPROBE_EVERY_NS), 1);
	learn_arp(*state, (struct arp){ROUTER, ARP_REPLY, 0, ROUTER, 0},
		  START + LP_ADDRPROBE_EVERY_NS);
	assert_int_equal(lp_addrguard_deadline(*state), LP_NEVER);
	assert_false(lp_addrguard_release(*state, &held, START + LP_NS_PER_S));
	assert_int_equal(check_arp(*state, spoof, START + LP_NS_PER_S), LP_VERDICT_ADDRESS_CLAIM);
}

static void test_so_it_is_with_neighbour_discovery(void **state)
{
	static const struct nd spoof = {PLAYER, ND_NA, ROUTER, ROUTER, PLAYER, 0};
	uint8_t frame[LP_IPCLAIM_QUESTION_MAX];

	assert_int_equal(check_nd(*state, spoof, START), LP_VERDICT_ADDRESS_PROBED);
	assert_int_equal(lp_addrguard_ask(*state, &asker, frame, START), 78);
	learn_nd(*state, (struct nd){ROUTER, ND_NA, ROUTER, ROUTER, ROUTER, 0}, START + 1);
	assert_int_equal(check_nd(*state, spoof, START + LP_NS_PER_S), LP_VERDICT_ADDRESS_CLAIM);
}

/* Three questions, and what he said comes out then: as it was, and in order. */
static void test_what_waits_is_sent_on(void **state)
{
	uint8_t frames[2][CLAIM_FRAME_MAX], question[LP_IPCLAIM_QUESTION_MAX];
	size_t lens[2] = {make_arp(frames[0], &(struct arp){PLAYER, ARP_REQUEST, 0, 80, ROUTER}),
			  make_arp(frames[1], &(struct arp){PLAYER, ARP_REPLY, 0, 80, PC})};
	struct lp_addrprobe_frame held;
	unsigned questions = 0;

	for (size_t i = 0; i < 2; i++)
		assert_int_equal(
			lp_addrguard_check(*state, PLAYER_ID, &budget, frames[i], lens[i], START),
			LP_VERDICT_ADDRESS_PROBED);
	while (lp_addrguard_deadline(*state) < START + ASKED) {
		uint64_t at = lp_addrguard_deadline(*state);

		questions += lp_addrguard_ask(*state, &asker, question, at) > 0;
		assert_false(lp_addrguard_release(*state, &held, at));
	}
	assert_int_equal(questions, 3);
	assert_int_equal(lp_addrguard_deadline(*state), START + ASKED);
	for (size_t i = 0; i < 2; i++) {
		assert_true(lp_addrguard_release(*state, &held, START + ASKED));
		assert_int_equal(held.peer_id, PLAYER_ID);
		assert_int_equal(held.len, lens[i]);
		assert_memory_equal(held.data, frames[i], lens[i]);
	}
	assert_false(lp_addrguard_release(*state, &held, START + ASKED));
	assert_int_equal(lp_addrguard_deadline(*state), LP_NEVER);
}

/* Source and target of an advertisement: both must be free. */
static void test_two_addresses_of_a_frame_are_both_asked(void **state)
{
	static const struct nd spoof = {PLAYER, ND_NA, 80, ROUTER, PLAYER, 0};

	assert_int_equal(check_nd(*state, spoof, START), LP_VERDICT_ADDRESS_PROBED);
	assert_int_equal(run_claim_until(*state, &asker, START), 2);
	learn_nd(*state, (struct nd){ROUTER, ND_NA, ROUTER, ROUTER, ROUTER, 0}, START + 1);
	assert_int_equal(run_claim_until(*state, &asker, START + ASKED), 2);
	assert_int_equal(check_nd(*state, spoof, START + ASKED), LP_VERDICT_ADDRESS_CLAIM);
}

/* He has asked himself, as RFC 5227 and RFC 4862 want it: nothing is lost at the first use. */
static void test_a_players_own_question_counts(void **state)
{
	assert_int_equal(check_arp(*state, (struct arp){PLAYER, ARP_REQUEST, 0, 0, 80}, START),
			 LP_VERDICT_FORWARD);
	assert_int_equal(check_nd(*state, (struct nd){PLAYER, ND_NS, 0, 80, 0, 0}, START),
			 LP_VERDICT_FORWARD);
	assert_int_equal(run_claim_until(*state, &asker, START), 0);
	assert_int_equal(run_claim_until(*state, &asker, START + ASKED), 4);
	assert_int_equal(
		check_arp(*state, (struct arp){PLAYER, ARP_REPLY, 0, 80, 80}, START + ASKED),
		LP_VERDICT_FORWARD);
	assert_int_equal(
		check_nd(*state, (struct nd){PLAYER, ND_NA, 80, 80, PLAYER, 0}, START + ASKED),
		LP_VERDICT_FORWARD);
}

/* Five minutes later too, by and by; but who uses it does not wait for that. */
static void test_what_is_free_is_asked_again_now_and_then(void **state)
{
	static const struct arp mine = {PLAYER, ARP_REPLY, 0, 80, PC};
	uint64_t at = START + 299 * LP_NS_PER_S;

	assert_int_equal(check_arp(*state, mine, START), LP_VERDICT_ADDRESS_PROBED);
	run_claim_until(*state, &asker, START + ASKED);
	assert_int_equal(check_arp(*state, mine, at), LP_VERDICT_FORWARD);
	assert_int_equal(run_claim_until(*state, &asker, at), 0);
	at += 2 * LP_NS_PER_S;
	assert_int_equal(check_arp(*state, mine, at), LP_VERDICT_FORWARD);
	assert_int_equal(run_claim_until(*state, &asker, at + ASKED - 1), 3);
	/* A machine that has come meanwhile and said nothing has it from now on. */
	learn_arp(*state, (struct arp){PC, ARP_REPLY, 0, 80, 0}, at + ASKED - 1);
	assert_int_equal(check_arp(*state, mine, at + ASKED), LP_VERDICT_ADDRESS_CLAIM);
	at += 301 * LP_NS_PER_S;
	assert_int_equal(check_arp(*state, mine, at), LP_VERDICT_ADDRESS_PROBED);
	/* Long unused, or plugged in elsewhere: unknown. */
	run_claim_until(*state, &asker, at + ASKED);
	assert_int_equal(check_arp(*state, mine, at + 901 * LP_NS_PER_S),
			 LP_VERDICT_ADDRESS_PROBED);
	run_claim_until(*state, &asker, at + 902 * LP_NS_PER_S);
	assert_int_equal(check_arp(*state, mine, at + 902 * LP_NS_PER_S), LP_VERDICT_FORWARD);
	lp_addrguard_forget_free(*state);
	assert_int_equal(check_arp(*state, mine, at + 902 * LP_NS_PER_S),
			 LP_VERDICT_ADDRESS_PROBED);
}

/* To hear us ask what he asks would be a conflict to him. */
static void test_a_new_machine_of_the_lan_is_not_disturbed(void **state)
{
	static const struct arp spoof = {PLAYER, ARP_REPLY, 0, 30, PC};

	assert_int_equal(check_arp(*state, spoof, START), LP_VERDICT_ADDRESS_PROBED);
	learn_arp(*state, (struct arp){PC, ARP_REQUEST, 0, 0, 30}, START);
	assert_int_equal(lp_addrguard_deadline(*state), LP_NEVER);
	assert_int_equal(check_arp(*state, spoof, START), LP_VERDICT_ADDRESS_CLAIM);
	assert_int_equal(lp_addrguard_deadline(*state), LP_NEVER);
}

/* He claims a thousand: the LAN hears little of it, and the others go on. */
static void test_a_flood_of_claims_is_not_one_of_questions(void **state)
{
	uint8_t frame[CLAIM_FRAME_MAX];
	size_t len = make_arp(frame, &(struct arp){PLAYER, ARP_REPLY, 0, PC, ROUTER});
	struct lp_bucket other;
	unsigned questions = 0;

	lp_bucket_init(&other, LP_ADDRGUARD_PLAYER_PER_S, LP_ADDRGUARD_PLAYER_BURST, START);
	for (uint32_t i = 1; i <= 10000; i++) {
		uint64_t at = START + i * LP_NS_PER_MS;

		memcpy(frame + 28, &i, sizeof(i));
		assert_int_not_equal(lp_addrguard_check(*state, PLAYER_ID, &budget, frame, len, at),
				     LP_VERDICT_FORWARD);
		questions += run_claim_until(*state, &asker, at);
	}
	assert_in_range(questions, 16 * 3, (16 + 10) * 3);
	memset(frame + 28, 0xaa, 4);
	assert_int_equal(
		lp_addrguard_check(*state, 8, &other, frame, len, START + 10 * LP_NS_PER_S),
		LP_VERDICT_ADDRESS_PROBED);
	assert_int_equal(run_claim_until(*state, &asker, START + 11 * LP_NS_PER_S), 3);
}

/* A hundred players at once, as at a new start, and each floods. */
static void test_all_players_together_are_bounded(void **state)
{
	struct lp_addrprobe_frame held;
	uint8_t frame[CLAIM_FRAME_MAX], question[LP_IPCLAIM_QUESTION_MAX];
	size_t len = make_arp(frame, &(struct arp){PLAYER, ARP_REPLY, 0, PC, ROUTER});
	unsigned questions = 0;

	for (uint32_t i = 1; i <= 100000; i++) {
		uint64_t at = START + i * LP_NS_PER_S / 10000;

		lp_bucket_init(&budget, LP_ADDRGUARD_PLAYER_PER_S, LP_ADDRGUARD_PLAYER_BURST, at);
		memcpy(frame + 28, &i, sizeof(i));
		lp_addrguard_check(*state, PLAYER_ID, &budget, frame, len, at);
		questions += lp_addrguard_ask(*state, &asker, question, at) > 0;
		while (lp_addrguard_release(*state, &held, at))
			;
	}
	assert_in_range(questions, 256 * 3, (256 + 10 * 64) * 3);
}

/* --- whose a player's MAC is --- */

/* A frame for fe80::1, as make_nd makes them. */
static void meet(struct lp_addrguard *guard, uint64_t now)
{
	uint8_t frame[CLAIM_FRAME_MAX];
	size_t len = make_nd(frame, &(struct nd){PC, ND_NA, PC, PC, PC, 0});

	lp_addrguard_meet(guard, &budget, frame, len, now);
}

static void test_what_nobody_has_claimed_is_asked_for(void **state)
{
	static const struct arp answer = {PLAYER, ARP_REPLY, 0, 1, 0};
	struct nd mine = {PLAYER, ND_NA, ROUTER, ROUTER, PLAYER, 0};
	uint8_t frame[CLAIM_FRAME_MAX];

	meet(*state, START);
	assert_int_equal(run_claim_until(*state, &asker, START), 1);
	/* Somebody with the player's MAC answers: it is not settled whose the address is. */
	lp_addrguard_doubt(*state, frame, make_arp(frame, &answer));
	assert_int_not_equal(lp_addrguard_deadline(*state), LP_NEVER);
	lp_addrguard_doubt(*state, frame, make_nd(frame, &mine));
	assert_int_equal(lp_addrguard_deadline(*state), LP_NEVER);
	assert_int_equal(check_nd(*state, mine, START), LP_VERDICT_ADDRESS_PROBED);
	run_claim_until(*state, &asker, START + ASKED);
	/* It is his: nobody is asked. */
	meet(*state, START + ASKED);
	assert_int_equal(lp_addrguard_deadline(*state), LP_NEVER);
}

static void test_our_own_address_is_the_lans(void **state)
{
	static const uint8_t own[] = {10, 0, 0, 2};

	assert_int_equal(check_arp(*state, (struct arp){PLAYER, ARP_REPLY, 0, 2, PC}, START),
			 LP_VERDICT_ADDRESS_PROBED);
	lp_addrguard_learn_own(*state, own, sizeof(own), START);
	assert_int_equal(lp_addrguard_deadline(*state), LP_NEVER);
	assert_int_equal(check_arp(*state, (struct arp){PLAYER, ARP_REPLY, 0, 2, PC}, START),
			 LP_VERDICT_ADDRESS_CLAIM);
}

static void test_who_does_not_ask_knows_what_he_heard(void **state)
{
	lp_addrguard_set_asking(*state, false);
	learn_arp(*state, (struct arp){ROUTER, ARP_REQUEST, 0, ROUTER, 80}, START);
	assert_int_equal(check_arp(*state, (struct arp){PLAYER, ARP_REPLY, 0, 80, PC}, START),
			 LP_VERDICT_FORWARD);
	assert_true(lp_addrguard_deadline(*state) == LP_NEVER);
	/* Who was heard is asked all the same. */
	assert_int_equal(check_arp(*state, (struct arp){PLAYER, ARP_REPLY, 0, ROUTER, PC}, START),
			 LP_VERDICT_ADDRESS_PROBED);
	answer(*state, ROUTER, ROUTER, START);
	assert_int_equal(check_arp(*state, (struct arp){PLAYER, ARP_REPLY, 0, ROUTER, PC}, START),
			 LP_VERDICT_ADDRESS_CLAIM);
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(test_the_router_stays_the_router),
		CASE(test_nobody_speaks_for_another),
		CASE(test_an_address_is_forgotten_after_five_minutes),
		CASE(test_an_address_moves_to_a_player),
		CASE(test_the_owner_is_asked_and_all_others_once),
		CASE(test_an_owner_who_answers_keeps_it),
		CASE(test_a_frame_of_the_lan_takes_nothing_from_a_player),
		CASE(test_an_address_moves_to_the_lan),
		CASE(test_silence_without_a_cable_is_no_answer),
		CASE(test_neighbour_discovery_is_guarded_likewise),
		CASE(test_a_question_of_the_lan_is_not_answered_by_players),
		CASE(test_a_player_defends_what_is_his),
		CASE(test_what_the_lan_says_for_others_is_not_learnt),
		CASE(test_a_proxy_evicts_nobody),
		CASE(test_a_flood_stays_within_the_bound),
		CASE(test_who_has_never_spoken_is_asked),
		CASE(test_so_it_is_with_neighbour_discovery),
		CASE(test_what_waits_is_sent_on),
		CASE(test_two_addresses_of_a_frame_are_both_asked),
		CASE(test_a_players_own_question_counts),
		CASE(test_what_is_free_is_asked_again_now_and_then),
		CASE(test_a_new_machine_of_the_lan_is_not_disturbed),
		CASE(test_a_flood_of_claims_is_not_one_of_questions),
		CASE(test_all_players_together_are_bounded),
		CASE(test_what_nobody_has_claimed_is_asked_for),
		CASE(test_our_own_address_is_the_lans),
		CASE(test_who_does_not_ask_knows_what_he_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
