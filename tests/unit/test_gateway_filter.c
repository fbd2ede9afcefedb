/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "gateway/gateway_filter.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
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

enum { PC = 10, ALICE = 0x50, BOB = 0x51, NIC = 0xf0, ALL = 0xff };
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
	struct lp_mac mac = {{2, 0, 0, 0, 0, station}};

	if (station == ALL)
		memset(mac.octet, 0xff, LP_MAC_LEN);
	return mac;
}

static void join(uint16_t id, uint8_t station, uint64_t now)
{
	struct lp_mac mac = mac_of(station);

	lp_gateway_filter_join(&gate, id, &mac, now);
}

static int set_up(void **state)
{
	struct lp_mac nic = mac_of(NIC);

	(void)state;
	lp_log_capture(on_line, NULL);
	error_count = 0;
	last_line[0] = '\0';
	lp_gateway_filter_init(&gate, 0, START);
	lp_gateway_filter_set_nic(&gate, &nic, START);
	join(ALICE_ID, ALICE, START);
	join(BOB_ID, BOB, START);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	lp_gateway_filter_fini(&gate);
	lp_log_capture(NULL, NULL);
	return 0;
}

static void make(uint8_t frame[60], uint8_t from, uint8_t to)
{
	struct lp_mac source = mac_of(from), destination = mac_of(to);

	memset(frame, 0, 60);
	memcpy(frame, destination.octet, LP_MAC_LEN);
	memcpy(frame + LP_MAC_LEN, source.octet, LP_MAC_LEN);
	frame[12] = 0x12;
}

static enum lp_verdict up(uint8_t from, uint8_t to, uint64_t now)
{
	uint8_t frame[60];

	make(frame, from, to);
	return lp_gateway_filter_up(&gate, &safe, frame, sizeof(frame), now);
}

static enum lp_verdict down(uint16_t id, uint8_t from, uint8_t to, uint64_t now)
{
	uint8_t frame[60];

	make(frame, from, to);
	return lp_gateway_filter_down(&gate, &safe, id, frame, sizeof(frame), now);
}

static void test_only_what_is_for_players_leaves_the_lan(void **state)
{
	(void)state;
	assert_int_equal(up(PC, ALL, START), LP_VERDICT_FORWARD);
	assert_int_equal(up(PC, ALICE, START), LP_VERDICT_FORWARD);
	assert_int_equal(up(PC, 11, START), LP_VERDICT_NOT_FOR_US);
	lp_gateway_filter_leave(&gate, ALICE_ID);
	assert_int_equal(up(PC, ALICE, START), LP_VERDICT_NOT_FOR_US);
	printf("shows G15 G21\n");
}

static void test_players_send_as_themselves(void **state)
{
	(void)state;
	assert_int_equal(down(ALICE_ID, ALICE, PC, START), LP_VERDICT_FORWARD);
	assert_int_equal(down(ALICE_ID, BOB, PC, START), LP_VERDICT_SOURCE_MAC);
	assert_int_equal(down(99, ALICE, PC, START), LP_VERDICT_FOREIGN_PEER_ID);
	lp_gateway_filter_leave(&gate, ALICE_ID);
	assert_int_equal(down(ALICE_ID, ALICE, PC, START), LP_VERDICT_FOREIGN_PEER_ID);
	printf("shows G10\n");
}

static enum lp_verdict spoof(const struct lp_policy *policy, uint64_t now)
{
	uint8_t frame[CLAIM_FRAME_MAX];
	size_t len = make_arp(frame, &(struct arp){ALICE, ARP_REPLY, 0, PC, 1});

	return lp_gateway_filter_down(&gate, policy, ALICE_ID, frame, len, now);
}

static void test_addresses_of_the_lan_are_the_lans(void **state)
{
	uint8_t frame[CLAIM_FRAME_MAX], question[LP_IPCLAIM_QUESTION_MAX];
	size_t len = make_arp(frame, &(struct arp){PC, ARP_REQUEST, 0, PC, 1});

	(void)state;
	assert_int_equal(lp_gateway_filter_up(&gate, &safe, frame, len, START), LP_VERDICT_FORWARD);
	assert_int_equal(spoof(&safe, START), LP_VERDICT_ADDRESS_PROBED);
	assert_true(lp_gateway_filter_ask(&gate, question, START) > 0);
	lp_gateway_filter_up(&gate, &safe, frame, len, START);
	assert_int_equal(spoof(&safe, START), LP_VERDICT_ADDRESS_CLAIM);
	assert_int_equal(spoof(&off, START), LP_VERDICT_FORWARD);
	assert_int_equal(spoof(&safe, START + 301 * LP_NS_PER_S), LP_VERDICT_ADDRESS_PROBED);
}

/* Does what the loop does, until then: whenever the gate wants it. Players' MACs are let go, too.
 */
static void run_until(uint64_t now);

/* Asked where it was heard, once more every three seconds, and let go after a second of silence. */
static void test_a_mac_of_the_lan_is_not_a_players(void **state)
{
	uint8_t frame[CLAIM_FRAME_MAX], question[LP_IPCLAIM_QUESTION_MAX];
	size_t len = make_arp(frame, &(struct arp){PC, ARP_REPLY, 0, PC, 0});
	uint64_t at = LATER;
	struct lp_mac macs[8];

	(void)state;
	run_until(at - 1);
	lp_gateway_filter_up(&gate, &safe, frame, len, at);
	join(3, PC, at);
	assert_non_null(strstr(last_line, "the MAC of a machine on the LAN"));
	assert_int_equal(down(3, PC, ALL, at), LP_VERDICT_LAN_MAC);
	/* Neither does the machine suffer from it, nor does the switch hear of it. */
	assert_int_equal(up(PC, ALL, at), LP_VERDICT_FORWARD);
	assert_int_equal(up(11, PC, at), LP_VERDICT_NOT_FOR_US);
	assert_int_equal(lp_cam_list(gate.cam, macs, 8), 2);
	for (unsigned i = 0; i < 10; i++, at += 3 * LP_NS_PER_S) {
		assert_int_equal(lp_gateway_filter_ask(&gate, question, at), 60);
		lp_gateway_filter_up(&gate, &safe, frame, len, at);
		run_until(at + 2 * LP_NS_PER_S);
		assert_null(lp_gateway_filter_release(&gate, at + 2 * LP_NS_PER_S));
		assert_null(lp_gateway_filter_release(&gate, at + 3 * LP_NS_PER_S));
	}
	/* The machine has gone, so the MAC is free. */
	run_until(at + LP_NS_PER_S);
	assert_int_equal(lp_gateway_filter_release(&gate, at + LP_NS_PER_S)->peer_id, 3);
	assert_null(lp_gateway_filter_release(&gate, at + LP_NS_PER_S));
	assert_int_equal(down(3, PC, ALL, at + LP_NS_PER_S), LP_VERDICT_FORWARD);
	/* That of our own card never is. */
	join(4, NIC, at);
	run_until(at + 10 * LP_NS_PER_S);
	assert_int_equal(down(4, NIC, ALL, at + 10 * LP_NS_PER_S), LP_VERDICT_LAN_MAC);
	assert_null(lp_gateway_filter_release(&gate, at + 3600 * LP_NS_PER_S));
}

static enum lp_gateway_filter_probe probe_at(uint64_t now)
{
	uint8_t frame[LP_ETHER_WIRE_MIN];

	return lp_gateway_filter_probe(&gate, frame, now);
}

/* As many fresh probes as are sent from then on; gives when the last of them was. */
static uint64_t take_probes(uint8_t probes[][LP_ETHER_WIRE_MIN], size_t count, uint64_t now)
{
	for (size_t i = 0; i < count;) {
		lp_gateway_filter_tick(&gate, now);
		if (lp_gateway_filter_probe(&gate, probes[i], now) != LP_GATEWAY_FILTER_PROBE_NONE)
			i++;
		else
			now = LP_MAX(now + LP_NS_PER_MS, lp_gateway_filter_deadline(&gate));
	}
	return now;
}

/* They come back: from the LAN, or as a player's frames. */
static void return_probes(uint8_t probes[][LP_ETHER_WIRE_MIN], size_t count, uint16_t id,
			  uint64_t now)
{
	for (size_t i = 0; i < count; i++) {
		if (id == 0) {
			lp_gateway_filter_up(&gate, &safe, probes[i], LP_ETHER_WIRE_MIN, now);
			continue;
		}
		struct lp_mac mac = mac_of(id == ALICE_ID ? ALICE : BOB);

		memcpy(probes[i] + LP_MAC_LEN, mac.octet, LP_MAC_LEN);
		lp_gateway_filter_down(&gate, &safe, id, probes[i], LP_ETHER_WIRE_MIN, now);
	}
}

static void run_until(uint64_t now)
{
	uint8_t question[LP_IPCLAIM_QUESTION_MAX];

	while (lp_gateway_filter_deadline(&gate) <= now) {
		uint64_t at = lp_gateway_filter_deadline(&gate);

		lp_gateway_filter_tick(&gate, at);
		probe_at(at);
		while (lp_gateway_filter_ask(&gate, question, at) > 0)
			;
	}
}

/* A machine of the LAN with that MAC speaks every 300 ms. */
static void talk_until(uint8_t from, uint64_t since, uint64_t now)
{
	for (; since < now; since += 300 * LP_NS_PER_MS) {
		run_until(since);
		assert_int_equal(up(from, ALL, since), LP_VERDICT_LOOP);
	}
	run_until(now);
}

/* Nor do some now and then; each has been asked about, and nothing was there. */
static void test_one_frame_stops_nobody(void **state)
{
	uint64_t at = LATER;

	(void)state;
	for (unsigned i = 0; i < 20; i++, at += 15 * LP_NS_PER_S) {
		run_until(at - 1);
		assert_int_equal(up(ALICE, ALL, at), LP_VERDICT_LOOP);
		for (unsigned j = 0; j < 100; j++) {
			run_until(at + j * 100 * LP_NS_PER_MS);
			assert_int_equal(down(ALICE_ID, ALICE, ALL, at + j * 100 * LP_NS_PER_MS),
					 LP_VERDICT_FORWARD);
		}
	}
	assert_int_equal(error_count, 0);
}

/* A real one goes on speaking. */
static void test_a_player_on_the_lan_is_stopped(void **state)
{
	uint64_t at = LATER + LP_GATEWAY_FILTER_JUDGE_NS, end;

	(void)state;
	run_until(LATER - 1);
	talk_until(ALICE, LATER, at - 1);
	assert_int_equal(error_count, 0);
	assert_int_equal(down(ALICE_ID, ALICE, ALL, at - 1), LP_VERDICT_FORWARD);
	run_until(at);
	assert_int_equal(error_count, 1);
	assert_non_null(strstr(last_line, "peer 1 (02:00:00:00:00:50) is on the LAN itself too"));
	assert_int_equal(down(ALICE_ID, ALICE, ALL, at), LP_VERDICT_LOOP);
	assert_int_equal(up(PC, ALICE, at), LP_VERDICT_LOOP);
	/* The others go on, and so does the LAN. */
	assert_int_equal(down(BOB_ID, BOB, ALL, at), LP_VERDICT_FORWARD);
	assert_int_equal(up(PC, BOB, at), LP_VERDICT_FORWARD);
	assert_int_equal(up(PC, ALL, at), LP_VERDICT_FORWARD);
	/* One more frame of it does not make it longer. */
	end = at + LP_GATEWAY_FILTER_STOP_NS;
	assert_int_equal(up(ALICE, ALL, at + 5 * LP_NS_PER_S), LP_VERDICT_LOOP);
	run_until(end);
	assert_int_equal(down(ALICE_ID, ALICE, ALL, end - 1), LP_VERDICT_LOOP);
	assert_int_equal(down(ALICE_ID, ALICE, ALL, end), LP_VERDICT_FORWARD);
	assert_int_equal(error_count, 1);
}

/* It says nothing but answers: it is asked before the stop ends, for as long as it is there. */
static void test_a_duplicate_that_answers_is_stopped_while_it_is_there(void **state)
{
	uint8_t frame[CLAIM_FRAME_MAX], question[LP_IPCLAIM_QUESTION_MAX];
	size_t len = make_arp(frame, &(struct arp){ALICE, ARP_REPLY, 0, PC, 0});
	uint64_t at = LATER;

	(void)state;
	run_until(at - 1);
	lp_gateway_filter_up(&gate, &safe, frame, len, at);
	for (; at < LATER + 100 * LP_NS_PER_S; at += LP_NS_PER_MS) {
		lp_gateway_filter_tick(&gate, at);
		probe_at(at);
		if (lp_gateway_filter_ask(&gate, question, at) > 0)
			lp_gateway_filter_up(&gate, &safe, frame, len, at);
		if (at >= LATER + LP_GATEWAY_FILTER_JUDGE_NS)
			assert_int_equal(down(ALICE_ID, ALICE, ALL, at), LP_VERDICT_LOOP);
	}
	assert_int_equal(error_count, 1);
	at += LP_GATEWAY_FILTER_JUDGE_NS + LP_GATEWAY_FILTER_STOP_NS;
	run_until(at);
	assert_int_equal(down(ALICE_ID, ALICE, ALL, at), LP_VERDICT_FORWARD);
}

/* For as long as it lasts; with one line, not one a frame. */
static void test_a_loop_that_lasts_is_one_alarm(void **state)
{
	uint64_t at = LATER + 100 * LP_NS_PER_S;

	(void)state;
	talk_until(ALICE, LATER, at);
	assert_int_equal(error_count, 1);
	assert_int_equal(down(ALICE_ID, ALICE, ALL, at + 5 * LP_NS_PER_S), LP_VERDICT_LOOP);
	run_until(at + 11 * LP_NS_PER_S);
	assert_int_equal(down(ALICE_ID, ALICE, ALL, at + 11 * LP_NS_PER_S), LP_VERDICT_FORWARD);
	/* And the next one another. */
	at += 100 * LP_NS_PER_S;
	run_until(at);
	talk_until(ALICE, at, at + 3 * LP_NS_PER_S);
	assert_int_equal(error_count, 2);
}

/* Alice's frames went round through bob's loop: he tells in time. */
static void test_who_is_found_by_a_probe_explains_the_others(void **state)
{
	uint8_t told[2][LP_ETHER_WIRE_MIN];
	uint64_t at;

	(void)state;
	run_until(LATER - 1);
	assert_int_equal(up(ALICE, ALL, LATER), LP_VERDICT_LOOP);
	at = take_probes(told, 2, LATER);
	return_probes(told, 1, BOB_ID, at);
	assert_int_equal(error_count, 0);
	return_probes(told + 1, 1, BOB_ID, at);
	assert_int_equal(error_count, 1);
	assert_non_null(strstr(last_line, "peer 2 (02:00:00:00:00:51) brings the LAN"));
	talk_until(ALICE, at, LATER + 2 * LP_NS_PER_S);
	assert_int_equal(error_count, 1);
	assert_int_equal(down(ALICE_ID, ALICE, ALL, LATER + 2 * LP_NS_PER_S), LP_VERDICT_FORWARD);
	assert_int_equal(down(BOB_ID, BOB, ALL, LATER + 2 * LP_NS_PER_S), LP_VERDICT_LOOP);
	/* What is seen later has nothing to do with it. */
	run_until(LATER + 10 * LP_NS_PER_S);
	talk_until(ALICE, LATER + 10 * LP_NS_PER_S, LATER + 13 * LP_NS_PER_S);
	assert_int_equal(error_count, 2);
	assert_int_equal(down(ALICE_ID, ALICE, ALL, LATER + 13 * LP_NS_PER_S), LP_VERDICT_LOOP);
}

static void test_a_loop_that_is_nobodys_explains_the_players(void **state)
{
	uint8_t probes[3][LP_ETHER_WIRE_MIN];
	uint64_t at;

	(void)state;
	run_until(LATER - 1);
	up(ALICE, ALL, LATER);
	up(BOB, ALL, LATER);
	at = take_probes(probes, 2, LATER);
	return_probes(probes, 2, 0, at);
	at = take_probes(probes + 2, 1, at + 1);
	return_probes(probes + 2, 1, 0, at);
	assert_int_equal(error_count, 1);
	assert_true(at < LATER + LP_NS_PER_S);
	talk_until(BOB, at, LATER + 2 * LP_NS_PER_S);
	run_until(LATER + 20 * LP_NS_PER_S);
	assert_int_equal(error_count, 1);
	assert_int_equal(down(ALICE_ID, ALICE, ALL, LATER + 20 * LP_NS_PER_S), LP_VERDICT_FORWARD);
	assert_int_equal(down(BOB_ID, BOB, ALL, LATER + 20 * LP_NS_PER_S), LP_VERDICT_FORWARD);
}

/* That somebody uses alice's MAC does not explain why bob's is there. */
static void test_each_suspect_is_judged(void **state)
{
	(void)state;
	run_until(LATER - 1);
	for (uint64_t at = LATER; at < LATER + 3 * LP_NS_PER_S; at += 300 * LP_NS_PER_MS) {
		run_until(at);
		up(ALICE, ALL, at);
		if (at > LATER + 800 * LP_NS_PER_MS)
			up(BOB, ALL, at);
	}
	assert_int_equal(error_count, 1);
	run_until(LATER + 3 * LP_NS_PER_S);
	assert_int_equal(error_count, 2);
	assert_non_null(strstr(last_line, "peer 2"));
}

static void test_a_suspect_may_leave(void **state)
{
	(void)state;
	run_until(LATER - 1);
	up(ALICE, ALL, LATER);
	lp_gateway_filter_leave(&gate, ALICE_ID);
	run_until(LATER + 3 * LP_NS_PER_S);
	assert_int_equal(error_count, 0);
}

/* The gateway before us may have sent that one, while we were let in. */
static void test_a_frame_of_the_gateway_before_us_is_no_loop(void **state)
{
	(void)state;
	assert_int_equal(up(ALICE, ALL, START + LP_NS_PER_S - 1), LP_VERDICT_LOOP);
	run_until(START + 10 * LP_NS_PER_S);
	assert_int_equal(error_count, 0);
	assert_int_equal(down(ALICE_ID, ALICE, ALL, START + 10 * LP_NS_PER_S), LP_VERDICT_FORWARD);
}

static void test_our_own_probes_from_the_lan_stop_all(void **state)
{
	uint8_t probes[3][LP_ETHER_WIRE_MIN];
	uint64_t at = take_probes(probes, 1, START), end;

	(void)state;
	/* One proves nothing, however often it comes; it is followed by others. */
	for (unsigned i = 0; i < 100; i++)
		return_probes(probes, 1, 0, at);
	assert_int_equal(error_count, 0);
	assert_int_equal(up(PC, ALL, at), LP_VERDICT_FORWARD);
	at = take_probes(probes + 1, 2, at);
	assert_true(at <= START + 100 * LP_NS_PER_MS);
	return_probes(probes + 1, 2, 0, at);
	assert_int_equal(error_count, 1);
	assert_non_null(strstr(last_line, "there is a loop"));
	assert_int_equal(up(PC, ALL, at), LP_VERDICT_LOOP);
	assert_int_equal(up(PC, ALICE, at), LP_VERDICT_LOOP);
	assert_int_equal(down(BOB_ID, BOB, PC, at), LP_VERDICT_LOOP);
	/* Old ones do not make it longer. */
	end = at + LP_GATEWAY_FILTER_STOP_NS;
	return_probes(probes, 3, 0, end - 1);
	assert_int_equal(error_count, 1);
	assert_int_equal(up(PC, ALL, end), LP_VERDICT_FORWARD);
}

/* Each second one more, as it was sent, but later than it could be: a replay. */
static void test_old_probes_prove_nothing(void **state)
{
	uint8_t probes[10][LP_ETHER_WIRE_MIN];
	uint64_t at = take_probes(probes, 10, START);

	(void)state;
	at += LP_LOOPGUARD_FRESH_NS + 1;
	return_probes(probes, 10, 0, at);
	assert_int_equal(error_count, 0);
	return_probes(probes, 10, BOB_ID, at);
	assert_int_equal(error_count, 0);
	assert_int_equal(down(BOB_ID, BOB, ALL, at), LP_VERDICT_FORWARD);
}

/* It ends soon after its reason, but not before. */
static void test_a_loop_lasts_as_long_as_it_is_there(void **state)
{
	uint8_t probe[LP_ETHER_WIRE_MIN];
	uint64_t at = START, since = 0;

	(void)state;
	for (; at < START + 60 * LP_NS_PER_S; at += LP_NS_PER_MS) {
		lp_gateway_filter_tick(&gate, at);
		if (lp_gateway_filter_probe(&gate, probe, at) != LP_GATEWAY_FILTER_PROBE_NONE)
			lp_gateway_filter_up(&gate, &safe, probe, sizeof(probe), at);
		if (up(PC, ALL, at) == LP_VERDICT_FORWARD)
			since = at;
	}
	assert_true(since < START + 300 * LP_NS_PER_MS);
	assert_int_equal(error_count, 1);
	run_until(at + LP_GATEWAY_FILTER_STOP_NS);
	assert_int_equal(up(PC, ALL, at + LP_GATEWAY_FILTER_STOP_NS), LP_VERDICT_FORWARD);
}

/* Wi-Fi puts the card's own MAC into what it bridges: the probe comes as the player's frame. */
static void test_our_own_probes_from_a_player_stop_him(void **state)
{
	uint8_t probes[2][LP_ETHER_WIRE_MIN];
	uint64_t at = take_probes(probes, 2, START);

	(void)state;
	return_probes(probes, 1, ALICE_ID, at);
	assert_int_equal(down(ALICE_ID, ALICE, ALL, at), LP_VERDICT_FORWARD);
	return_probes(probes, 2, ALICE_ID, at);
	assert_int_equal(down(ALICE_ID, ALICE, ALL, at), LP_VERDICT_LOOP);
	assert_int_equal(down(BOB_ID, BOB, ALL, at), LP_VERDICT_FORWARD);
}

/* Everybody was stopped for it, until he tells: but nobody can do so again and again. */
static void test_who_tells_of_his_loop_frees_the_others(void **state)
{
	uint8_t probes[3][LP_ETHER_WIRE_MIN];
	uint64_t at;

	(void)state;
	run_until(LATER - 1);
	up(ALICE, ALL, LATER);
	at = take_probes(probes, 3, LATER);
	return_probes(probes, 3, 0, at);
	assert_int_equal(down(ALICE_ID, ALICE, ALL, at), LP_VERDICT_LOOP);
	return_probes(probes, 2, BOB_ID, at);
	assert_non_null(strstr(last_line, "the loop is at peer 2"));
	assert_int_equal(down(ALICE_ID, ALICE, ALL, at), LP_VERDICT_FORWARD);
	assert_int_equal(up(PC, ALICE, at), LP_VERDICT_FORWARD);
	assert_int_equal(down(BOB_ID, BOB, ALL, at), LP_VERDICT_LOOP);
	at = take_probes(probes, 3, at + 1);
	return_probes(probes, 3, 0, at);
	return_probes(probes, 3, BOB_ID, at);
	assert_int_equal(down(ALICE_ID, ALICE, ALL, at), LP_VERDICT_LOOP);
}

static void test_another_gateway_is_no_loop(void **state)
{
	uint8_t probe[LP_ETHER_WIRE_MIN];

	(void)state;
	assert_int_equal(lp_gateway_filter_probe(&gate, probe, START), LP_GATEWAY_FILTER_PROBE_LAN);
	probe[26] ^= 1;
	assert_int_equal(lp_gateway_filter_up(&gate, &safe, probe, sizeof(probe), START),
			 LP_VERDICT_LOOP);
	assert_int_equal(error_count, 0);
	assert_non_null(strstr(last_line, "another gateway"));
	assert_int_equal(up(PC, ALL, START), LP_VERDICT_FORWARD);
}

/* How many probes go that way in the ten seconds from then on, asked ten times a second. */
static unsigned count_probes(enum lp_gateway_filter_probe wanted, uint64_t now)
{
	unsigned count = 0;

	for (unsigned i = 0; i < 100; i++)
		count += probe_at(now + i * LP_NS_PER_S / 10) == wanted;
	return count;
}

static void test_probes_come_often_when_loops_are_likely(void **state)
{
	(void)state;
	assert_int_equal(count_probes(LP_GATEWAY_FILTER_PROBE_LAN, START), 20);
	assert_int_equal(count_probes(LP_GATEWAY_FILTER_PROBE_LAN, START + 10 * LP_NS_PER_S), 2);
	assert_int_equal(count_probes(LP_GATEWAY_FILTER_PROBE_TUNNEL, START + 20 * LP_NS_PER_S), 1);
	join(5, 0x55, START + 30 * LP_NS_PER_S);
	assert_int_equal(count_probes(LP_GATEWAY_FILTER_PROBE_TUNNEL, START + 30 * LP_NS_PER_S),
			 10);
	assert_int_equal(count_probes(LP_GATEWAY_FILTER_PROBE_LAN, START + 40 * LP_NS_PER_S), 2);
}

/* Into the LAN at the first sight, then into the tunnel; but a storm is not answered by one. */
static void test_a_sight_is_followed_by_a_probe(void **state)
{
	uint64_t at = LATER + 12 * LP_NS_PER_S;
	unsigned probes = 0;

	(void)state;
	run_until(at - 1);
	assert_true(lp_gateway_filter_deadline(&gate) > at + 5 * LP_NS_PER_S);
	up(ALICE, ALL, at);
	assert_int_equal(lp_gateway_filter_deadline(&gate), at);
	assert_int_equal(probe_at(at), LP_GATEWAY_FILTER_PROBE_LAN);
	assert_int_equal(probe_at(at), LP_GATEWAY_FILTER_PROBE_NONE);
	assert_int_equal(probe_at(at + 50 * LP_NS_PER_MS), LP_GATEWAY_FILTER_PROBE_LAN);
	/* Another one needs a probe of its own, soon, and in the same order. */
	up(BOB, ALL, at + 1);
	assert_int_equal(probe_at(at + 400 * LP_NS_PER_MS), LP_GATEWAY_FILTER_PROBE_NONE);
	assert_int_equal(probe_at(at + 500 * LP_NS_PER_MS), LP_GATEWAY_FILTER_PROBE_LAN);
	assert_int_equal(probe_at(at + 550 * LP_NS_PER_MS), LP_GATEWAY_FILTER_PROBE_LAN);
	assert_int_equal(probe_at(at + 900 * LP_NS_PER_MS), LP_GATEWAY_FILTER_PROBE_TUNNEL);
	run_until(at + LP_NS_PER_S);
	for (uint64_t i = 0; i < 100000; i++) {
		uint64_t now = at + LP_NS_PER_S + i * LP_NS_PER_S / 10000;

		up(ALICE, ALL, now);
		up(BOB, ALL, now);
		lp_gateway_filter_tick(&gate, now);
		probes += probe_at(now) != LP_GATEWAY_FILTER_PROBE_NONE;
	}
	assert_in_range(probes, 2, 33);
}

static void test_a_storm_on_the_lan_keeps_to_its_rate(void **state)
{
	unsigned passed = 0;

	(void)state;
	lp_gateway_filter_set_rate(&gate, 100, START);
	for (unsigned i = 0; i < 100000; i++) {
		uint64_t now = START + i * LP_NS_PER_S / 10000;

		passed += up(PC, ALL, now) == LP_VERDICT_FORWARD;
		assert_int_equal(up(PC, ALICE, now), LP_VERDICT_FORWARD);
	}
	assert_in_range(passed, 1000, 1100);
	up(PC, ALL, START + 10 * LP_NS_PER_S);
	assert_int_equal(up(PC, ALL, START + 10 * LP_NS_PER_S), LP_VERDICT_RATE_BROADCAST);
	assert_int_equal(up(11, ALL, START + 10 * LP_NS_PER_S), LP_VERDICT_FORWARD);
}

static void test_a_refresh_is_a_broadcast_of_60_bytes(void **state)
{
	uint8_t frame[LP_CAM_FRAME_LEN], wanted[60] = {0};
	struct lp_mac mac = mac_of(ALICE);

	(void)state;
	memset(wanted, 0xff, LP_MAC_LEN);
	memcpy(wanted + LP_MAC_LEN, mac.octet, LP_MAC_LEN);
	wanted[12] = 0x88;
	wanted[13] = 0xb5;
	lp_cam_frame(&mac, frame);
	assert_memory_equal(frame, wanted, sizeof(frame));
}

static void test_a_list_of_macs_has_an_end(void **state)
{
	struct lp_mac alice = mac_of(ALICE), bob = mac_of(BOB);
	struct lp_mac macs[3] = {{{0}}};

	(void)state;
	assert_int_equal(lp_cam_list(gate.cam, macs, 0), 0);
	assert_int_equal(lp_cam_list(gate.cam, macs, 1), 1);
	assert_true(lp_mac_is_zero(&macs[1]));
	assert_int_equal(lp_cam_list(gate.cam, macs, 3), 2);
	assert_true(lp_mac_is_equal(&macs[0], &alice) || lp_mac_is_equal(&macs[1], &alice));
	assert_true(lp_mac_is_equal(&macs[0], &bob) || lp_mac_is_equal(&macs[1], &bob));
}

/* A new owner of a MAC is not forgotten with the old one. */
static void test_a_mac_may_change_hands(void **state)
{
	(void)state;
	join(9, ALICE, START);
	lp_gateway_filter_leave(&gate, ALICE_ID);
	assert_int_equal(up(PC, ALICE, START), LP_VERDICT_FORWARD);
	assert_int_equal(down(9, ALICE, PC, START), LP_VERDICT_FORWARD);
	join(9, 0x60, START);
	assert_int_equal(up(PC, ALICE, START), LP_VERDICT_NOT_FOR_US);
	assert_int_equal(up(PC, 0x60, START), LP_VERDICT_FORWARD);
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(test_only_what_is_for_players_leaves_the_lan),
		CASE(test_players_send_as_themselves),
		CASE(test_addresses_of_the_lan_are_the_lans),
		CASE(test_a_mac_of_the_lan_is_not_a_players),
		CASE(test_one_frame_stops_nobody),
		CASE(test_a_duplicate_that_answers_is_stopped_while_it_is_there),
		CASE(test_a_player_on_the_lan_is_stopped),
		CASE(test_a_loop_that_lasts_is_one_alarm),
		CASE(test_who_is_found_by_a_probe_explains_the_others),
		CASE(test_a_loop_that_is_nobodys_explains_the_players),
		CASE(test_each_suspect_is_judged),
		CASE(test_a_suspect_may_leave),
		CASE(test_a_frame_of_the_gateway_before_us_is_no_loop),
		CASE(test_our_own_probes_from_the_lan_stop_all),
		CASE(test_old_probes_prove_nothing),
		CASE(test_a_loop_lasts_as_long_as_it_is_there),
		CASE(test_our_own_probes_from_a_player_stop_him),
		CASE(test_who_tells_of_his_loop_frees_the_others),
		CASE(test_another_gateway_is_no_loop),
		CASE(test_probes_come_often_when_loops_are_likely),
		CASE(test_a_sight_is_followed_by_a_probe),
		CASE(test_a_storm_on_the_lan_keeps_to_its_rate),
		CASE(test_a_refresh_is_a_broadcast_of_60_bytes),
		CASE(test_a_list_of_macs_has_an_end),
		CASE(test_a_mac_may_change_hands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
