/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Names are keys in JSON, label values in metrics and words in the man page: one each, for ever. */
static void test_every_reason_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < LP_VERDICT__COUNT; i++) {
		const char *name = lp_verdict_name((enum lp_verdict)i);

		assert_true(strlen(name) > 0 && strlen(name) < 24);
		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"),
				 strlen(name));
		assert_string_not_equal(name, "other");
		assert_true(strlen(lp_verdict_help((enum lp_verdict)i)) > 0);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(name, lp_verdict_name((enum lp_verdict)k));
	}
}

static void test_filtered_is_no_other_action(void **state)
{
	static const struct {
		enum lp_verdict verdict;
		const char *action;
	} cases[] = {
		{LP_VERDICT_FORWARD, "forwarded"},
		{LP_VERDICT_RUNT, "malformed"},
		{LP_VERDICT_MALFORMED, "malformed"},
		{LP_VERDICT_INGRESS_BUDGET, "malformed"},
		{LP_VERDICT_INVALID_SOURCE, "filtered"},
		{LP_VERDICT_DHCP4_SERVER, "filtered"},
		{LP_VERDICT_LAN_TRANSFER, "filtered"},
		{LP_VERDICT_IP4_HEADER, "filtered"},
		{LP_VERDICT_NO_TARGET, "no_target"},
		{LP_VERDICT_UNKNOWN_FROM_GATEWAY, "no_target"},
		{LP_VERDICT_RATE_UNKNOWN, "rate_limited"},
		{LP_VERDICT_QUEUE_FULL, "dropped"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum lp_action action = lp_verdict_action(cases[i].verdict);

		assert_string_equal(lp_action_name(action), cases[i].action);
	}
	for (int i = 0; i < LP_ACTION__COUNT; i++)
		assert_true(strlen(lp_action_name((enum lp_action)i)) > 0);
	printf("shows O2\n");
}

static void test_ledgers_balance(void **state)
{
	struct lp_ledger ledger = {0};

	(void)state;
	for (int i = 0; i < LP_VERDICT__COUNT; i++) {
		ledger.frames_in += (uint64_t)i + 1;
		ledger.frames[i] += (uint64_t)i + 1;
		assert_int_equal(lp_ledger_frames_open(&ledger), 0);
	}
	ledger.frames_in++;
	assert_int_equal(lp_ledger_frames_open(&ledger), 1);
	ledger.frames[LP_VERDICT_QUEUE_AGE] += 2;
	assert_int_equal(lp_ledger_frames_open(&ledger), -1);

	ledger.copies_made = 10;
	ledger.copies[LP_VERDICT_FORWARD] = 4;
	ledger.copies[LP_VERDICT_QUEUE_FULL] = 3;
	assert_int_equal(lp_ledger_copies_open(&ledger), 3);
}

/* Every counter is summed: one that was forgotten would show as zero. */
static void test_ledgers_add_up(void **state)
{
	struct lp_ledger one, sum = {0};
	uint64_t counters[sizeof(one) / sizeof(uint64_t)];

	(void)state;
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		counters[i] = i + 1;
	memcpy(&one, counters, sizeof(one));
	lp_ledger_add(&sum, &one);
	assert_memory_equal(&sum, &one, sizeof(sum));
	lp_ledger_add(&sum, &one);
	memcpy(counters, &sum, sizeof(sum));
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		assert_int_equal(counters[i], 2 * (i + 1));
}

/* Who looks a reason up finds it, in the words of lanpartyctl drops. */
static void test_the_page_has_every_reason(void **state)
{
	static char page[256 * 1024];
	const char *srcdir = getenv("srcdir");
	char path[512];

	(void)state;
	snprintf(path, sizeof(path), "%s/man/lanpartyctl.1", srcdir ? srcdir : ".");
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	assert_in_range(fread(page, 1, sizeof(page) - 1, file), 1, sizeof(page) - 2);
	fclose(file);
	for (enum lp_verdict i = LP_VERDICT_FORWARD + 1; i < LP_VERDICT__COUNT; i++) {
		char entry[256];

		snprintf(entry, sizeof(entry), "\n.It Cm %s\n%s: %s.\n", lp_verdict_name(i),
			 lp_action_name(lp_verdict_action(i)), lp_verdict_help(i));
		if (!strstr(page, entry))
			fail_msg("lanpartyctl.1, DROP REASONS, lacks:%s", entry);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_reason_has_a_name_of_its_own),
		cmocka_unit_test(test_filtered_is_no_other_action),
		cmocka_unit_test(test_ledgers_balance),
		cmocka_unit_test(test_ledgers_add_up),
		cmocka_unit_test(test_the_page_has_every_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
