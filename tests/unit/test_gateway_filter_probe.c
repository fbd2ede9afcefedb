/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What the gate does about addresses that it does not know: it asks the LAN.
 */
#include "gateway/gateway_filter.h"

#include "base/clock.h"
#include "base/log.h"
#include "claim_frames.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define START (1000 * LP_NS_PER_S)
#define LATER (START + 10 * LP_NS_PER_S) /* nobody is new any more */

enum { PC = 10, ALICE = 0x50, BOB = 0x51, NIC = 0xf0 };
enum { ALICE_ID = 1, BOB_ID = 2 };

static const struct lp_policy safe;
static const struct lp_policy off = {.is_off = true};
static struct lp_gateway_filter gate;
static char last_line[1024];
static size_t error_count;

static void on_line(void *user, enum lp_log_level level, const char *line)
{
	(void)user;
	snprintf(last_line, sizeof(last_line), "%s", line);
	error_count += level == LP_LOG_ERROR;
}

static struct lp_mac mac_of(uint8_t station)
{
	return (struct lp_mac){{2, 0, 0, 0, 0, station}};
}

static int set_up(void **state)
{
	struct lp_mac nic = mac_of(NIC), alice = mac_of(ALICE), bob = mac_of(BOB);

	(void)state;
	lp_log_capture(on_line, NULL);
	error_count = 0;
	last_line[0] = '\0';
	lp_gateway_filter_init(&gate, 0, START);
	lp_gateway_filter_set_nic(&gate, &nic, START);
	lp_gateway_filter_join(&gate, ALICE_ID, &alice, START);
	lp_gateway_filter_join(&gate, BOB_ID, &bob, START);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	lp_gateway_filter_fini(&gate);
	lp_log_capture(NULL, NULL);
	return 0;
}

/* The next that goes into the LAN: a question, or what has waited and may pass. 0 = nothing. */
static size_t next(const struct lp_policy *policy, uint8_t frame[LP_ADDRPROBE_FRAME_MAX],
		   uint64_t now)
{
	struct lp_addrprobe_frame kept;
	size_t len = lp_gateway_filter_ask(&gate, frame, now);

	if (len > 0)
		return len;
	while (lp_gateway_filter_take(&gate, &kept, now)) {
		if (lp_gateway_filter_down(&gate, policy, kept.peer_id, kept.data, kept.len, now) !=
		    LP_VERDICT_FORWARD)
			continue;
		memcpy(frame, kept.data, kept.len);
		return kept.len;
	}
	return 0;
}

/* Does what the loop does, until then: whenever the gate wants it. */
static void run_until(uint64_t now)
{
	uint8_t frame[LP_ADDRPROBE_FRAME_MAX];

	while (lp_gateway_filter_deadline(&gate) <= now) {
		uint64_t at = lp_gateway_filter_deadline(&gate);

		lp_gateway_filter_tick(&gate, at);
		lp_gateway_filter_probe(&gate, frame, at);
		while (next(&safe, frame, at) > 0)
			;
	}
}

static enum lp_verdict spoof(const struct lp_policy *policy, uint64_t now)
{
	uint8_t frame[CLAIM_FRAME_MAX];
	size_t len = make_arp(frame, &(struct arp){ALICE, ARP_REPLY, 0, PC, 1});

	return lp_gateway_filter_down(&gate, policy, ALICE_ID, frame, len, now);
}

/* Takes what is due at that time; gives the last of it, and how many there were. */
static unsigned take_due(uint8_t frame[LP_ADDRPROBE_FRAME_MAX], size_t *len, uint64_t now)
{
	uint8_t one[LP_ADDRPROBE_FRAME_MAX];
	unsigned count = 0;
	size_t one_len;

	for (; (one_len = next(&safe, one, now)) > 0; count++) {
		memcpy(frame, one, one_len);
		*len = one_len;
	}
	return count;
}

/* It has not said a word so far: it answers, to the one who asks, and no player hears of it. */
static void test_a_quiet_machine_keeps_its_address(void **state)
{
	uint8_t frame[LP_ADDRPROBE_FRAME_MAX], answer[CLAIM_FRAME_MAX];
	size_t len, answer_len;

	(void)state;
	run_until(LATER);
	assert_int_equal(spoof(&safe, LATER), LP_VERDICT_ADDRESS_PROBED);
	assert_int_equal(lp_gateway_filter_deadline(&gate), LATER);
	assert_int_equal(take_due(frame, &len, LATER), 1);
	assert_int_equal(len, 60);
	assert_memory_equal(frame + LP_MAC_LEN, gate.asker_mac.octet, LP_MAC_LEN);
	/* Its own question in a loop is nobody's address, nor a player's loop. */
	assert_int_equal(lp_gateway_filter_up(&gate, &safe, frame, len, LATER), LP_VERDICT_LOOP);
	answer_len = make_arp(answer, &(struct arp){PC, ARP_REPLY, 0, PC, 0});
	memcpy(answer, gate.asker_mac.octet, LP_MAC_LEN);
	assert_int_equal(lp_gateway_filter_up(&gate, &safe, answer, answer_len, LATER),
			 LP_VERDICT_NOT_FOR_US);
	assert_int_equal(take_due(frame, &len, LATER + LP_NS_PER_S), 0);
	assert_int_equal(spoof(&safe, LATER + LP_NS_PER_S - 1), LP_VERDICT_ADDRESS_CLAIM);
	assert_int_equal(error_count, 0);
}

static void test_a_claim_waits_for_the_answer(void **state)
{
	uint8_t frame[LP_ADDRPROBE_FRAME_MAX], claim[CLAIM_FRAME_MAX];
	size_t len = make_arp(claim, &(struct arp){ALICE, ARP_REPLY, 0, PC, 1});
	size_t out_len;

	(void)state;
	assert_int_equal(spoof(&safe, START), LP_VERDICT_ADDRESS_PROBED);
	for (uint64_t at = START; at < START + LP_ADDRPROBE_WAIT_NS; at += LP_NS_PER_MS) {
		if (take_due(frame, &out_len, at) > 0)
			assert_memory_equal(frame + LP_MAC_LEN, gate.asker_mac.octet, LP_MAC_LEN);
	}
	assert_int_equal(take_due(frame, &out_len, START + LP_ADDRPROBE_WAIT_NS), 1);
	assert_int_equal(out_len, len);
	assert_memory_equal(frame, claim, len);
	assert_int_equal(spoof(&safe, START + LP_ADDRPROBE_WAIT_NS), LP_VERDICT_FORWARD);
	/* In another place nobody knows that. */
	lp_gateway_filter_set_nic(&gate, &gate.nic_mac, START + LP_ADDRPROBE_WAIT_NS);
	assert_int_equal(spoof(&safe, START + LP_ADDRPROBE_WAIT_NS), LP_VERDICT_ADDRESS_PROBED);
}

static void test_who_has_left_claims_nothing(void **state)
{
	uint8_t frame[LP_ADDRPROBE_FRAME_MAX];
	unsigned count = 0;
	size_t len;

	(void)state;
	spoof(&safe, START);
	lp_gateway_filter_leave(&gate, ALICE_ID);
	for (uint64_t at = START; at < START + LP_NS_PER_S; at += LP_NS_PER_MS)
		count += take_due(frame, &len, at);
	assert_int_equal(count, LP_ADDRPROBE_QUESTIONS);
}

/* Each player's claims are counted by themselves. */
static void test_who_claims_much_does_not_keep_others_waiting(void **state)
{
	uint8_t claim[CLAIM_FRAME_MAX], frame[LP_ADDRPROBE_FRAME_MAX];
	size_t len = make_arp(claim, &(struct arp){ALICE, ARP_REPLY, 0, PC, 1});
	size_t out_len, bob_len;

	(void)state;
	for (uint8_t i = 100; i < 200; i++) {
		claim[31] = i;
		lp_gateway_filter_down(&gate, &safe, ALICE_ID, claim, len, START);
	}
	assert_int_equal(take_due(frame, &out_len, START), LP_ADDRGUARD_PLAYER_BURST);
	bob_len = make_arp(claim, &(struct arp){BOB, ARP_REPLY, 0, 81, 1});
	assert_int_equal(lp_gateway_filter_down(&gate, &safe, BOB_ID, claim, bob_len, START),
			 LP_VERDICT_ADDRESS_PROBED);
	assert_int_equal(take_due(frame, &out_len, START), 1);
}

/*
 * A player has taken the MAC of a machine that says nothing, and the LAN's switch gives him what is
 * for it: an address that he has never claimed. The machine is asked for, and shows itself.
 */
static void test_the_mac_of_a_quiet_machine_shows(void **state)
{
	uint8_t frame[LP_ADDRPROBE_FRAME_MAX], theirs[CLAIM_FRAME_MAX], answer[CLAIM_FRAME_MAX];
	struct lp_mac alice = mac_of(ALICE);
	size_t len, theirs_len, answer_len;

	(void)state;
	run_until(LATER - 1);
	theirs_len = make_nd(theirs, &(struct nd){PC, ND_NA, PC, PC, PC, 0});
	memcpy(theirs, alice.octet, LP_MAC_LEN);
	assert_int_equal(lp_gateway_filter_up(&gate, &off, theirs, theirs_len, LATER),
			 LP_VERDICT_FORWARD);
	assert_int_equal(take_due(frame, &len, LATER), 0);
	assert_int_equal(lp_gateway_filter_up(&gate, &safe, theirs, theirs_len, LATER),
			 LP_VERDICT_FORWARD);
	assert_int_equal(take_due(frame, &len, LATER), 1);
	assert_int_equal(len, 78);
	answer_len = make_nd(answer, &(struct nd){ALICE, ND_NA, 1, 1, ALICE, 0});
	for (uint64_t at = LATER; at <= LATER + LP_GATEWAY_FILTER_JUDGE_NS; at += LP_NS_PER_MS) {
		if (at == LATER || take_due(frame, &len, at) > 0)
			assert_int_equal(lp_gateway_filter_up(&gate, &safe, answer, answer_len, at),
					 LP_VERDICT_LOOP);
		lp_gateway_filter_tick(&gate, at);
	}
	assert_int_equal(error_count, 1);
	assert_non_null(strstr(last_line, "peer 1 (02:00:00:00:00:50) is on the LAN itself too"));
	assert_int_equal(take_due(frame, &len, LATER + LP_GATEWAY_FILTER_JUDGE_NS), 0);
}

static void test_without_filters_nobody_is_asked(void **state)
{
	uint8_t frame[LP_ADDRPROBE_FRAME_MAX];

	(void)state;
	assert_int_equal(spoof(&off, START), LP_VERDICT_FORWARD);
	assert_int_equal(next(&off, frame, START + LP_NS_PER_S), 0);
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(test_a_quiet_machine_keeps_its_address),
		CASE(test_a_claim_waits_for_the_answer),
		CASE(test_who_has_left_claims_nothing),
		CASE(test_who_claims_much_does_not_keep_others_waiting),
		CASE(test_the_mac_of_a_quiet_machine_shows),
		CASE(test_without_filters_nobody_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
