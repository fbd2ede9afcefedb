/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "client/client_filter.h"

#include "base/clock.h"
#include "frame/loopprobe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define START (1000 * LP_NS_PER_S)
#define ID_AT 23 /* in a loop probe */

static const struct lp_mac own = {{2, 0, 0, 0, 0, 1}};
static const struct lp_mac other = {{2, 0, 0, 0, 0, 2}};
static const struct lp_mac everybody = {{255, 255, 255, 255, 255, 255}};
static const struct lp_policy safe;

static void make(uint8_t frame[60], const struct lp_mac *to, const struct lp_mac *from)
{
	memset(frame, 0, 60);
	memcpy(frame, to->octet, LP_MAC_LEN);
	memcpy(frame + LP_MAC_LEN, from->octet, LP_MAC_LEN);
	frame[12] = 0x12;
}

static enum lp_verdict up(struct lp_client_filter *gate, const struct lp_mac *to,
			  const struct lp_mac *from, uint64_t now)
{
	uint8_t frame[60];

	make(frame, to, from);
	return lp_client_filter_up(gate, &safe, frame, sizeof(frame), now);
}

static enum lp_verdict down(struct lp_client_filter *gate, const struct lp_mac *to,
			    const struct lp_mac *from, uint64_t now)
{
	uint8_t frame[60];

	make(frame, to, from);
	return lp_client_filter_down(gate, &safe, frame, sizeof(frame), now);
}

static void test_own_frames_leave_and_ours_arrive(void **state)
{
	struct lp_client_filter gate = {.mac = own};

	(void)state;
	assert_int_equal(up(&gate, &other, &own, START), LP_VERDICT_FORWARD);
	assert_int_equal(up(&gate, &everybody, &own, START), LP_VERDICT_FORWARD);
	assert_int_equal(up(&gate, &everybody, &other, START), LP_VERDICT_SOURCE_MAC);
	assert_int_equal(down(&gate, &own, &other, START), LP_VERDICT_FORWARD);
	assert_int_equal(down(&gate, &everybody, &other, START), LP_VERDICT_FORWARD);
	assert_int_equal(down(&gate, &other, &other, START), LP_VERDICT_NOT_FOR_US);
	printf("shows W13 W16\n");
}

static void test_the_lan_in_the_tap_is_a_loop(void **state)
{
	static const uint8_t id[LP_LOOPPROBE_ID_LEN] = {1, 2, 3};
	static const uint8_t next_id[LP_LOOPPROBE_ID_LEN] = {1, 2, 4};
	struct lp_client_filter gate = {.mac = own};
	uint8_t probe[LP_ETHER_WIRE_MIN];

	(void)state;
	lp_loopprobe_make(&other, id, probe);
	assert_false(lp_client_filter_is_stopped(&gate, START));
	/* From the relay it comes as it should. */
	assert_int_equal(lp_client_filter_down(&gate, &safe, probe, sizeof(probe), START),
			 LP_VERDICT_FORWARD);
	assert_false(lp_client_filter_is_stopped(&gate, START));
	/* One is none, however often it comes; nor are two that have nothing to do with another. */
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(lp_client_filter_up(&gate, &safe, probe, sizeof(probe),
						     START - 3 * LP_NS_PER_S + i),
				 LP_VERDICT_LOOP);
	lp_loopprobe_make(&other, next_id, probe);
	assert_int_equal(lp_client_filter_up(&gate, &safe, probe, sizeof(probe), START - 1),
			 LP_VERDICT_LOOP);
	assert_false(lp_client_filter_is_stopped(&gate, START));
	lp_loopprobe_make(&other, id, probe);
	assert_int_equal(lp_client_filter_up(&gate, &safe, probe, sizeof(probe), START),
			 LP_VERDICT_LOOP);
	assert_true(lp_client_filter_is_stopped(&gate, START));
	assert_int_equal(up(&gate, &everybody, &own, START), LP_VERDICT_LOOP);
	assert_int_equal(down(&gate, &everybody, &other, START), LP_VERDICT_LOOP);
	assert_int_equal(up(&gate, &everybody, &other, START), LP_VERDICT_SOURCE_MAC);
	/* Some seconds after the last proof it is taken for over, and one more frame is none. */
	lp_client_filter_up(&gate, &safe, probe, sizeof(probe), START + 9 * LP_NS_PER_S);
	assert_int_equal(up(&gate, &everybody, &own, START + 9 * LP_NS_PER_S), LP_VERDICT_LOOP);
	assert_int_equal(up(&gate, &everybody, &own, START + 10 * LP_NS_PER_S), LP_VERDICT_FORWARD);
	assert_int_equal(down(&gate, &everybody, &other, START + 10 * LP_NS_PER_S),
			 LP_VERDICT_FORWARD);
}

/* Its own number, from our MAC, and not for each of what may be thousands. */
static void test_the_gateway_is_told_whose_loop_it_is(void **state)
{
	static const uint8_t id[LP_LOOPPROBE_ID_LEN] = {1, 2, 3};
	struct lp_client_filter gate = {.mac = own};
	uint8_t probe[LP_ETHER_WIRE_MIN], told[LP_ETHER_WIRE_MIN], wanted[LP_ETHER_WIRE_MIN];

	(void)state;
	lp_loopprobe_make(&other, id, probe);
	lp_loopprobe_make(&own, id, wanted);
	assert_true(lp_client_filter_tell(&gate, probe, sizeof(probe), told, START));
	assert_memory_equal(told, wanted, sizeof(told));
	for (unsigned i = 1; i < 500; i++)
		assert_false(lp_client_filter_tell(&gate, probe, sizeof(probe), told,
						   START + i * LP_NS_PER_MS));
	probe[ID_AT] ^= 1;
	assert_true(lp_client_filter_tell(&gate, probe, sizeof(probe), told,
					  START + 500 * LP_NS_PER_MS));
	probe[ID_AT] ^= 2;
	assert_false(lp_client_filter_tell(&gate, probe, sizeof(probe), told,
					   START + 519 * LP_NS_PER_MS));
	/* Other frames that are refused for the loop tell nothing. */
	make(probe, &everybody, &own);
	assert_false(
		lp_client_filter_tell(&gate, probe, sizeof(probe), told, START + 5 * LP_NS_PER_S));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_frames_leave_and_ours_arrive),
		cmocka_unit_test(test_the_lan_in_the_tap_is_a_loop),
		cmocka_unit_test(test_the_gateway_is_told_whose_loop_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
