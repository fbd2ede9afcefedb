/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "wire/budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void known_paths(void **state)
{
	static const struct {
		size_t udp_payload;
		size_t cid_len;
		size_t budget;
		size_t mtu;
	} rows[] = {
		{1200, 8, 1168, 1146}, {1232, 8, 1200, 1178}, {1252, 8, 1220, 1198},
		{1372, 8, 1340, 1318}, {1420, 8, 1388, 1366}, {1452, 8, 1420, 1398},
		{1472, 8, 1440, 1418}, {1472, 0, 1448, 1426}, {1200, 20, 1156, 1134},
		{8952, 8, 8920, 8898}, {24, 0, 0, 0},	      {32, 8, 0, 0},
		{33, 8, 1, 0},	       {54, 8, 22, 0},	      {55, 8, 23, 1},
		{0, 8, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t budget = lp_budget_from_udp_payload(rows[i].udp_payload, rows[i].cid_len);

		assert_int_equal(budget, rows[i].budget);
		assert_int_equal(lp_budget_to_mtu(budget), rows[i].mtu);
	}
}

static void every_path_carries_the_least(void **state)
{
	(void)state;
	for (size_t cid_len = 0; cid_len <= 20; cid_len++) {
		for (size_t payload = LP_UDP_PAYLOAD_MIN; payload <= LP_BUDGET_MAX; payload++)
			assert_true(lp_budget_from_udp_payload(payload, cid_len) >= LP_BUDGET_MIN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_paths),
		cmocka_unit_test(every_path_carries_the_least),
	};
	int failed_count = cmocka_run_group_tests(tests, NULL, NULL);

	if (failed_count == 0)
		printf("shows P7\n");
	return failed_count;
}
