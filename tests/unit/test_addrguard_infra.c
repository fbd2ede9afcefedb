/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The address guard: routers and DHCP servers, what DHCP hints at, and packets that come from an
 * address of the LAN.
 */
#include "gateway/addrguard.h"

#include "base/clock.h"
#include "claim_frames.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define START (1000 * LP_NS_PER_S)
#define LATER (START + 400 * LP_NS_PER_S) /* what was heard at the start is forgotten */

enum { ROUTER = 1, SERVER = 2, PC = 10, PLAYER = 0x50 };
enum { DECLINE = 4, ACK = 5, RELEASE = 7 };

static const struct lp_mac asker = {{2, 0, 0, 0, 0, 0xaa}};
static struct lp_bucket budget;

static int set_up(void **state)
{
	*state = lp_addrguard_new(START);
	lp_addrguard_set_asking(*state, false);
	lp_bucket_init(&budget, LP_ADDRGUARD_PLAYER_PER_S, LP_ADDRGUARD_PLAYER_BURST, START);
	return 0;
}

static int tear_down(void **state)
{
	lp_addrguard_free(*state);
	return 0;
}

static struct lp_mac mac_of(uint8_t station)
{
	return (struct lp_mac){{2, 0, 0, 0, 0, station}};
}

/* A DHCP message about a station and its address 10.0.0.x, that names server and router. */
static size_t make_dhcp(uint8_t frame[400], uint8_t type, uint8_t station, uint8_t ip)
{
	const uint8_t options[] = {53, 1, type, 0,	54, 4, 10, 0, 0, SERVER, 3,  4,
				   10, 0, 0,	ROUTER, 50, 4, 10, 0, 0, ip,	 255};
	uint8_t *bootp = frame + 42;

	memset(frame, 0, 400);
	frame[12] = 8;
	frame[14] = 0x45;
	frame[23] = 17;
	frame[35] = type == ACK ? 67 : 68;
	frame[37] = type == ACK ? 68 : 67;
	bootp[1] = 1;
	bootp[2] = LP_MAC_LEN;
	memcpy(bootp + (type == ACK ? 16 : 12), (uint8_t[]){10, 0, 0, ip}, 4);
	memcpy(bootp + 28, mac_of(station).octet, LP_MAC_LEN);
	memcpy(bootp + 236, (uint8_t[]){99, 130, 83, 99}, 4);
	memcpy(bootp + 240, options, sizeof(options));
	return 400;
}

static void hint(struct lp_addrguard *guard, uint8_t type, uint8_t station, uint8_t ip,
		 uint64_t now)
{
	struct lp_mac source = mac_of(SERVER);
	struct lp_leasehint found;
	uint8_t frame[400];

	assert_true(lp_leasehint_read(frame, make_dhcp(frame, type, station, ip), &found));
	lp_addrguard_hint(guard, &found, &source, station == PLAYER, now);
}

static void say(struct lp_addrguard *guard, uint8_t station, uint8_t ip, uint64_t now)
{
	uint8_t frame[CLAIM_FRAME_MAX];

	lp_addrguard_learn(guard, frame,
			   make_arp(frame, &(struct arp){station, ARP_REPLY, 0, ip, 0}), now);
}

static enum lp_verdict claim_it(struct lp_addrguard *guard, uint8_t ip, uint64_t now)
{
	uint8_t frame[CLAIM_FRAME_MAX];
	size_t len = make_arp(frame, &(struct arp){PLAYER, ARP_REPLY, 0, ip, PC});

	return lp_addrguard_check(guard, 7, &budget, frame, len, now);
}

static enum lp_verdict send_from(struct lp_addrguard *guard, uint8_t ip, uint64_t now)
{
	uint8_t frame[60] = {2, 0, 0, 0, 0, PC, 2, 0, 0, 0, 0, PLAYER, 8, 0, 0x45};

	memcpy(frame + 26, (uint8_t[]){10, 0, 0, ip}, 4);
	return lp_addrguard_check(guard, 7, &budget, frame, sizeof(frame), now);
}

static void test_the_hints_of_dhcp_are_read(void **state)
{
	struct lp_leasehint found;
	uint8_t frame[400];
	size_t len = make_dhcp(frame, ACK, PC, 80);

	(void)state;
	assert_true(lp_leasehint_read(frame, len, &found));
	assert_int_equal(found.kind, LP_LEASEHINT_BOUND);
	assert_int_equal(found.ip[3], 80);
	assert_int_equal(found.mac.octet[5], PC);
	assert_int_equal(found.host_count, 2);
	assert_int_equal(found.hosts[0][3], SERVER);
	assert_int_equal(found.hosts[1][3], ROUTER);
	for (size_t cut = 0; cut < 42 + 240 + 3; cut++)
		assert_false(lp_leasehint_read(frame, cut, &found));
	assert_true(lp_leasehint_read(frame, 42 + 240 + 4, &found));
	assert_int_equal(found.host_count, 0);
	make_dhcp(frame, DECLINE, PC, 80);
	assert_true(lp_leasehint_read(frame, len, &found));
	assert_int_equal(found.kind, LP_LEASEHINT_FREED);
	assert_int_equal(found.ip[3], 80);
	make_dhcp(frame, 1, PC, 80);
	assert_false(lp_leasehint_read(frame, len, &found));
}

/* It has answered once, and has then been silent for minutes. */
static void test_router_and_server_are_nobodys(void **state)
{
	hint(*state, ACK, PC, 80, START);
	assert_int_equal(run_claim_until(*state, &asker, START), 2);
	say(*state, ROUTER, ROUTER, START + 1);
	say(*state, SERVER, SERVER, START + 1);
	assert_int_equal(claim_it(*state, ROUTER, LATER), LP_VERDICT_ADDRESS_CLAIM);
	assert_int_equal(claim_it(*state, SERVER, LATER), LP_VERDICT_ADDRESS_CLAIM);
	assert_int_equal(run_claim_until(*state, &asker, LATER + LP_NS_PER_S), 0);
	assert_int_equal(send_from(*state, ROUTER, LATER), LP_VERDICT_SOURCE_ADDRESS);
	assert_int_equal(send_from(*state, SERVER, LATER), LP_VERDICT_SOURCE_ADDRESS);
	assert_int_equal(send_from(*state, 81, LATER), LP_VERDICT_FORWARD);
	/* A sign of life now and then is enough. */
	say(*state, ROUTER, ROUTER, LATER);
	assert_int_equal(claim_it(*state, ROUTER, START + LP_ADDRGUARD_INFRA_NS + 2),
			 LP_VERDICT_ADDRESS_CLAIM);
}

static void test_a_router_that_advertises_itself(void **state)
{
	uint8_t frame[CLAIM_FRAME_MAX];

	lp_addrguard_learn(*state, frame,
			   make_nd(frame, &(struct nd){ROUTER, ND_RA, ROUTER, 0, ROUTER, 0}),
			   START);
	assert_int_equal(run_claim_until(*state, &asker, START), 1);
	lp_addrguard_learn(*state, frame,
			   make_nd(frame, &(struct nd){ROUTER, ND_NA, ROUTER, ROUTER, ROUTER, 0}),
			   START + 1);
	size_t len = make_nd(frame, &(struct nd){PLAYER, ND_NA, ROUTER, ROUTER, PLAYER, 0});

	assert_int_equal(lp_addrguard_check(*state, 7, &budget, frame, len, LATER),
			 LP_VERDICT_ADDRESS_CLAIM);
	assert_int_equal(run_claim_until(*state, &asker, LATER + LP_NS_PER_S), 0);
}

/* Somebody names an address that nobody answers for, or a player's. */
static void test_one_frame_names_no_router(void **state)
{
	assert_int_equal(claim_it(*state, SERVER, START), LP_VERDICT_FORWARD);
	hint(*state, ACK, PC, 80, START);
	assert_int_equal(run_claim_until(*state, &asker, START + LP_NS_PER_S),
			 LP_ADDRPROBE_QUESTIONS);
	assert_int_equal(claim_it(*state, SERVER, START + LP_NS_PER_S), LP_VERDICT_FORWARD);
	assert_int_equal(claim_it(*state, ROUTER, START + LP_NS_PER_S), LP_VERDICT_FORWARD);
}

/* Nobody can fill that table, either. */
static void test_who_names_many_names_few(void **state)
{
	struct lp_leasehint named = {.kind = LP_LEASEHINT_BOUND, .host_count = 1};
	struct lp_mac honest = mac_of(SERVER), rogue = mac_of(99);

	hint(*state, ACK, PC, 80, START);
	run_claim_until(*state, &asker, START);
	say(*state, SERVER, SERVER, START + 1);
	say(*state, ROUTER, ROUTER, START + 1);
	for (unsigned i = 0; i < 10000; i++) {
		uint64_t at = START + i * LP_NS_PER_MS;

		memcpy(named.hosts[0], (uint8_t[]){10, 1, (uint8_t)(i >> 8), (uint8_t)i}, 4);
		lp_addrguard_hint(*state, &named, i % 2 ? &rogue : &honest, false, at);
		run_claim_until(*state, &asker, at);
	}
	assert_int_equal(claim_it(*state, SERVER, LATER), LP_VERDICT_ADDRESS_CLAIM);
	assert_int_equal(claim_it(*state, ROUTER, LATER), LP_VERDICT_ADDRESS_CLAIM);
}

static void test_the_own_router_needs_no_word(void **state)
{
	static const uint8_t router[] = {10, 0, 0, ROUTER};

	lp_addrguard_learn_own(*state, router, sizeof(router), START);
	assert_int_equal(claim_it(*state, ROUTER, START), LP_VERDICT_ADDRESS_CLAIM);
	assert_int_equal(send_from(*state, ROUTER, START), LP_VERDICT_SOURCE_ADDRESS);
	/* It is another one now. */
	assert_int_equal(claim_it(*state, ROUTER, LATER), LP_VERDICT_FORWARD);
}

/* Before the player says a word, so he does not wait. */
static void test_a_lease_of_a_player_asks_the_old_owner(void **state)
{
	say(*state, PC, 80, START);
	hint(*state, ACK, PLAYER, 80, START);
	assert_true(run_claim_until(*state, &asker, START + LP_NS_PER_S) >= LP_ADDRPROBE_QUESTIONS);
	assert_int_equal(claim_it(*state, 80, START + LP_NS_PER_S), LP_VERDICT_FORWARD);
	/* One of a machine of the LAN is its own business. */
	run_claim_until(*state, &asker, START + 5 * LP_NS_PER_S);
	hint(*state, ACK, 11, 80, START + 5 * LP_NS_PER_S);
	assert_int_equal(claim_it(*state, 80, START + 5 * LP_NS_PER_S), LP_VERDICT_FORWARD);
}

static void test_who_gives_an_address_back_is_asked(void **state)
{
	say(*state, PC, 80, START);
	hint(*state, RELEASE, 11, 80, START); /* it is not theirs */
	assert_true(lp_addrguard_deadline(*state) == LP_NEVER);
	hint(*state, RELEASE, PC, 80, START);
	assert_int_equal(run_claim_until(*state, &asker, START), 1);
	say(*state, PC, 80, START); /* it goes on using it */
	assert_int_equal(lp_addrguard_count(*state), 1);
	hint(*state, DECLINE, PC, 80, START + LP_NS_PER_S);
	run_claim_until(*state, &asker, START + 2 * LP_NS_PER_S);
	assert_int_equal(lp_addrguard_count(*state), 0);
	assert_int_equal(claim_it(*state, 80, START + 2 * LP_NS_PER_S), LP_VERDICT_FORWARD);
}

/* Packets from an address of the LAN: its owner is asked, and is believed when they have answered.
 */
static void test_nobody_sends_from_an_address_of_the_lan(void **state)
{
	uint64_t at = START + 10 * LP_NS_PER_S;

	say(*state, PC, 80, START);
	assert_int_equal(send_from(*state, 80, START), LP_VERDICT_FORWARD);
	assert_int_equal(run_claim_until(*state, &asker, START), 1);
	say(*state, PC, 80, START + 1);
	assert_int_equal(send_from(*state, 80, START + 1), LP_VERDICT_SOURCE_ADDRESS);
	assert_int_equal(run_claim_until(*state, &asker, START + LP_NS_PER_S), 0);
	/* Much later it has moved. */
	assert_int_equal(send_from(*state, 80, at), LP_VERDICT_SOURCE_ADDRESS);
	run_claim_until(*state, &asker, at + LP_NS_PER_S);
	assert_int_equal(send_from(*state, 80, at + LP_NS_PER_S), LP_VERDICT_FORWARD);
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(test_the_hints_of_dhcp_are_read),
		CASE(test_router_and_server_are_nobodys),
		CASE(test_a_router_that_advertises_itself),
		CASE(test_one_frame_names_no_router),
		CASE(test_who_names_many_names_few),
		CASE(test_the_own_router_needs_no_word),
		CASE(test_a_lease_of_a_player_asks_the_old_owner),
		CASE(test_who_gives_an_address_back_is_asked),
		CASE(test_nobody_sends_from_an_address_of_the_lan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
