/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "gateway/dhcpguard.h"

#include "base/clock.h"
#include "gateway/gateway_filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW	 (100000 * LP_NS_PER_S)
#define DISCOVER 1
#define DECLINE	 4
#define RELEASE	 7
#define LEN	 400
#define REFUSED	 LP_VERDICT_DHCP_NAME

static uint8_t frame[LEN];

/* A DHCPv4 request of 02:00:00:00:00:<mac> with the client identifier 00 <name>. */
static void dhcp4(uint8_t mac, uint8_t message, uint32_t name)
{
	static const uint8_t ip[] = {0x08, 0, 0x45, 0, 1, 130, 0, 0, 0, 0, 64, 17};
	static const uint8_t udp[] = {0, 68, 0, 67, 1, 110, 0, 0, 1, 1, 6, 0};
	const uint8_t options[] = {0x63,
				   0x82,
				   0x53,
				   0x63,
				   53,
				   1,
				   message,
				   61,
				   5,
				   0,
				   (uint8_t)(name >> 24),
				   (uint8_t)(name >> 16),
				   (uint8_t)(name >> 8),
				   (uint8_t)name,
				   255};

	memset(frame, 0, sizeof(frame));
	memset(frame, 0xff, LP_MAC_LEN);
	frame[6] = 2;
	frame[11] = mac;
	memcpy(frame + 12, ip, sizeof(ip));
	memset(frame + 30, 0xff, 4);
	memcpy(frame + 34, udp, sizeof(udp));
	memcpy(frame + 42 + 28, frame + 6, LP_MAC_LEN);
	memcpy(frame + 42 + 236, options, sizeof(options));
}

/* A DHCPv6 message with the DUID <name>. */
static void dhcp6(uint8_t mac, uint8_t message, uint32_t name)
{
	const uint8_t body[] = {2,
				34,
				2,
				35,
				0,
				20,
				0,
				0,
				message,
				1,
				2,
				3,
				0,
				1,
				0,
				4,
				(uint8_t)(name >> 24),
				(uint8_t)(name >> 16),
				(uint8_t)(name >> 8),
				(uint8_t)name};

	memset(frame, 0, sizeof(frame));
	frame[0] = frame[1] = 0x33;
	frame[6] = 2;
	frame[11] = mac;
	frame[12] = 0x86;
	frame[13] = 0xdd;
	frame[14] = 0x60;
	frame[19] = sizeof(body);
	frame[20] = 17;
	memcpy(frame + 54, body, sizeof(body));
}

static void so_many_names_and_no_more(void **state)
{
	void (*const makes[])(uint8_t mac, uint8_t message, uint32_t name) = {dhcp4, dhcp6};

	(void)state;
	for (size_t v = 0; v < 2; v++) {
		struct lp_dhcpguard *guard = lp_dhcpguard_new();

		for (uint32_t name = 0; name < 300; name++) {
			makes[v](0x0a, DISCOVER, name);
			assert_int_equal(lp_dhcpguard_check(guard, frame, LEN, NOW),
					 name < LP_DHCPGUARD_QUOTA ? LP_VERDICT_FORWARD : REFUSED);
		}
		/* Their own go on, and another player's. */
		makes[v](0x0a, DISCOVER, 0);
		assert_int_equal(lp_dhcpguard_check(guard, frame, LEN, NOW + 1),
				 LP_VERDICT_FORWARD);
		makes[v](0x0b, DISCOVER, 999);
		assert_int_equal(lp_dhcpguard_check(guard, frame, LEN, NOW), LP_VERDICT_FORWARD);
		/* What was not used for an hour is forgotten. */
		makes[v](0x0a, DISCOVER, 400);
		assert_int_equal(
			lp_dhcpguard_check(guard, frame, LEN, NOW + LP_DHCPGUARD_AGE_NS - 1),
			REFUSED);
		assert_int_equal(lp_dhcpguard_check(guard, frame, LEN, NOW + LP_DHCPGUARD_AGE_NS),
				 LP_VERDICT_FORWARD);
		lp_dhcpguard_free(guard);
	}
}

static void a_lease_of_the_hall_is_not_given_back(void **state)
{
	struct lp_dhcpguard *guard = lp_dhcpguard_new();

	(void)state;
	dhcp4(0x50, DISCOVER, 7);
	lp_dhcpguard_learn(guard, frame, LEN, NOW);
	dhcp6(0x50, 1, 8);
	lp_dhcpguard_learn(guard, frame, LEN, NOW);
	for (int i = 0; i < 2; i++) {
		dhcp4(0x0a, i ? RELEASE : DECLINE, 7);
		assert_int_equal(lp_dhcpguard_check(guard, frame, LEN, NOW + 1), REFUSED);
		dhcp6(0x0a, i ? 8 : 9, 8);
		assert_int_equal(lp_dhcpguard_check(guard, frame, LEN, NOW + 1), REFUSED);
	}
	dhcp4(0x0a, DISCOVER, 5);
	assert_int_equal(lp_dhcpguard_check(guard, frame, LEN, NOW), LP_VERDICT_FORWARD);
	dhcp4(0x0a, RELEASE, 5);
	assert_int_equal(lp_dhcpguard_check(guard, frame, LEN, NOW), LP_VERDICT_FORWARD);
	/* No machine of the hall pushes out the names of others. */
	for (uint32_t name = 1000; name < 2000; name++) {
		dhcp4(0x51, DISCOVER, name);
		lp_dhcpguard_learn(guard, frame, LEN, NOW + name);
	}
	dhcp4(0x0a, RELEASE, 7);
	assert_int_equal(lp_dhcpguard_check(guard, frame, LEN, NOW + 5000), REFUSED);
	lp_dhcpguard_free(guard);
}

static void the_gateway_asks(void **state)
{
	static const struct lp_mac nic = {{2, 0, 0, 0, 0, 0xf0}}, player = {{2, 0, 0, 0, 0, 0x0a}};
	const struct lp_policy policy = {0};
	struct lp_gateway_filter gate;

	(void)state;
	lp_gateway_filter_init(&gate, 0, NOW);
	lp_gateway_filter_set_nic(&gate, &nic, NOW);
	lp_gateway_filter_join(&gate, 7, &player, NOW);
	dhcp4(0x50, DISCOVER, 7);
	assert_int_equal(lp_gateway_filter_up(&gate, &policy, frame, LEN, NOW), LP_VERDICT_FORWARD);
	dhcp4(0x0a, RELEASE, 7);
	assert_int_equal(lp_gateway_filter_down(&gate, &policy, 7, frame, LEN, NOW), REFUSED);
	for (uint32_t name = 100; name < 110; name++) {
		dhcp4(0x0a, DISCOVER, name);
		assert_int_equal(lp_gateway_filter_down(&gate, &policy, 7, frame, LEN, NOW),
				 name < 100 + LP_DHCPGUARD_QUOTA ? LP_VERDICT_FORWARD : REFUSED);
	}
	lp_gateway_filter_fini(&gate);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(so_many_names_and_no_more),
		cmocka_unit_test(a_lease_of_the_hall_is_not_given_back),
		cmocka_unit_test(the_gateway_asks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
