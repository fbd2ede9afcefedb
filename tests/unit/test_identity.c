/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/log.h"
#include "base/mem.h"
#include "state/identity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RELAY "party.example.org:443"

static char folder[64];
static char last_line[512];
static int make_count;

static void keep_line(void *user, enum lp_log_level level, const char *line)
{
	(void)user;
	(void)level;
	snprintf(last_line, sizeof(last_line), "%s", line);
}

static void make_mac(char text[LP_IDENTITY_MAC_TEXT_LEN])
{
	snprintf(text, LP_IDENTITY_MAC_TEXT_LEN, "02:00:00:00:00:%02x", ++make_count & 255);
}

static int set_up(void **state)
{
	struct lp_store *store;

	snprintf(folder, sizeof(folder), "/tmp/lanparty-test.XXXXXX");
	if (mkdtemp(folder) == NULL || lp_store_open(folder, &store) != LP_OK)
		return -1;
	lp_log_capture(keep_line, NULL);
	last_line[0] = '\0';
	make_count = 0;
	*state = store;
	return 0;
}

static int tear_down(void **state)
{
	char command[128];

	lp_store_close(*state);
	lp_log_capture(NULL, NULL);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

static void put(struct lp_store *store, const char *name, const char *text)
{
	assert_int_equal(lp_store_write(store, name, text, strlen(text), false), LP_OK);
}

static void mac_is_made_once_and_stays(void **state)
{
	char first[LP_IDENTITY_MAC_TEXT_LEN];
	char second[LP_IDENTITY_MAC_TEXT_LEN];
	struct lp_store *again;

	assert_int_equal(lp_identity_mac(*state, make_mac, first), LP_OK);
	assert_string_equal(first, "02:00:00:00:00:01");
	lp_store_close(*state);
	assert_int_equal(lp_store_open(folder, &again), LP_OK);
	*state = again;
	assert_int_equal(lp_identity_mac(again, make_mac, second), LP_OK);
	assert_string_equal(first, second);
	assert_int_equal(make_count, 1);
	printf("shows W1\n");
}

static void mac_may_be_edited_by_a_person(void **state)
{
	char mac[LP_IDENTITY_MAC_TEXT_LEN];

	put(*state, "identity.json", "{ \"mac\": \"AA:bb:cc:00:11:22\", \"comment\": [1] }\n\n");
	assert_int_equal(lp_identity_mac(*state, make_mac, mac), LP_OK);
	assert_string_equal(mac, "AA:bb:cc:00:11:22");
	assert_int_equal(make_count, 0);
}

static void mac_file_that_makes_no_sense_is_an_error(void **state)
{
	static const char *const bad[] = {
		"",
		"{",
		"[]",
		"null",
		"{}",
		"{\"mac\":7}",
		"{\"mac\":\"\"}",
		"{\"mac\":\"02:00:00:00:00:0\"}",
		"{\"mac\":\"02:00:00:00:00:000\"}",
		"{\"mac\":\"02-00-00-00-00-01\"}",
		"{\"mac\":\"0g:00:00:00:00:01\"}",
		"{\"mac\":\"02:00:00:00:00:0\\u0000\"}",
		"{\"mac\":\"00:00:00:00:00:00\"}",
		"{\"mac\":\"01:00:5e:00:00:01\"}",
		"{\"mac\":\"ff:ff:ff:ff:ff:ff\"}",
		"{\"mac\":\"02:00:00:00:00:01\"} x",
		"{'mac':'02:00:00:00:00:01'}",
		"{\"a\":[[[[[[[[[[1]]]]]]]]]],\"mac\":\"02:00:00:00:00:01\"}",
	};
	char mac[LP_IDENTITY_MAC_TEXT_LEN];
	char data[256];
	size_t len;

	for (size_t i = 0; i < LP_ARRAY_COUNT(bad); i++) {
		put(*state, "identity.json", bad[i]);
		last_line[0] = '\0';
		assert_int_equal(lp_identity_mac(*state, make_mac, mac), LP_ERR_INVALID);
		assert_non_null(strstr(last_line, "identity.json"));
		assert_non_null(strstr(last_line, "remove it to get a new one"));
		assert_int_equal(lp_store_read(*state, "identity.json", data, sizeof(data), &len),
				 LP_OK);
		assert_int_equal(len, strlen(bad[i]));
	}
	assert_int_equal(make_count, 0);
}

static void mac_file_that_is_huge_is_an_error(void **state)
{
	char mac[LP_IDENTITY_MAC_TEXT_LEN];
	char big[5000];

	memset(big, ' ', sizeof(big));
	assert_int_equal(lp_store_write(*state, "identity.json", big, sizeof(big), false), LP_OK);
	assert_int_equal(lp_identity_mac(*state, make_mac, mac), LP_ERR_INVALID);
}

static void ticket_is_kept_for_its_relay_and_room(void **state)
{
	char ticket[LP_IDENTITY_TICKET_MAX + 1];

	assert_int_equal(lp_identity_ticket_read(*state, RELAY, "doom", ticket), LP_ERR_NOT_FOUND);
	assert_int_equal(lp_identity_ticket_write(*state, RELAY, "doom", "abc-_123"), LP_OK);
	assert_int_equal(lp_identity_ticket_read(*state, RELAY, "doom", ticket), LP_OK);
	assert_string_equal(ticket, "abc-_123");
	assert_int_equal(lp_identity_ticket_read(*state, RELAY, "DOOM", ticket), LP_OK);
	assert_int_equal(lp_identity_ticket_read(*state, RELAY, "quake", ticket), LP_ERR_NOT_FOUND);
	assert_int_equal(lp_identity_ticket_read(*state, "elsewhere", "doom", ticket),
			 LP_ERR_NOT_FOUND);
	assert_int_equal(lp_identity_ticket_write(*state, RELAY, "quake", "other"), LP_OK);
	assert_int_equal(lp_identity_ticket_read(*state, RELAY, "doom", ticket), LP_ERR_NOT_FOUND);
}

static void ticket_may_have_any_characters_and_the_full_length(void **state)
{
	char longest[LP_IDENTITY_TICKET_MAX + 2];
	char ticket[LP_IDENTITY_TICKET_MAX + 1];

	memset(longest, '"', sizeof(longest));
	longest[LP_IDENTITY_TICKET_MAX + 1] = '\0';
	assert_int_equal(lp_identity_ticket_write(*state, RELAY, "doom", longest),
			 LP_ERR_TOO_LARGE);
	longest[LP_IDENTITY_TICKET_MAX] = '\0';
	assert_int_equal(lp_identity_ticket_write(*state, RELAY, "doom", longest), LP_OK);
	assert_int_equal(lp_identity_ticket_read(*state, RELAY, "doom", ticket), LP_OK);
	assert_string_equal(ticket, longest);
}

static void ticket_file_that_makes_no_sense_is_as_none(void **state)
{
	static const char *const bad[] = {
		"",
		"{",
		"[]",
		"{}",
		"{\"relay\":1}",
		"{\"relay\":\"" RELAY "\",\"room\":\"doom\",\"ticket\":\"\"}",
		"{\"relay\":\"" RELAY "\",\"room\":\"doom\",\"ticket\":{}}",
		"{\"relay\":\"" RELAY "\",\"ticket\":\"abc\"}",
	};
	char ticket[LP_IDENTITY_TICKET_MAX + 1];

	for (size_t i = 0; i < LP_ARRAY_COUNT(bad); i++) {
		put(*state, "resume.json", bad[i]);
		assert_int_equal(lp_identity_ticket_read(*state, RELAY, "doom", ticket),
				 LP_ERR_NOT_FOUND);
	}
	assert_int_equal(lp_identity_ticket_write(*state, RELAY, "doom", "abc"), LP_OK);
	assert_int_equal(lp_identity_ticket_read(*state, RELAY, "doom", ticket), LP_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(mac_is_made_once_and_stays),
		TEST(mac_may_be_edited_by_a_person),
		TEST(mac_file_that_makes_no_sense_is_an_error),
		TEST(mac_file_that_is_huge_is_an_error),
		TEST(ticket_is_kept_for_its_relay_and_room),
		TEST(ticket_may_have_any_characters_and_the_full_length),
		TEST(ticket_file_that_makes_no_sense_is_as_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
