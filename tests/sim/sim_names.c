/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* No two members of a room have names that look alike, and no name says more than who it is. */

#include "party.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void expect_name(struct party *party, const char *given, const char *name)
{
	struct sim_peer *client = &party->clients[party->client_count];
	sim_peer_init(client, &party->relay, LP_ROLE_CLIENT, (unsigned)++party->client_count);
	client->config.name = given;
	sim_peer_start(client);
	sim_wait_up(&party->sim, SIM_S(3), 1, &client);
	assert_string_equal(client->welcome.name, name);
	if (name[0])
		assert_int_equal(sim_peer_count(&party->gateway, SIM_JOINED, name) > 0, 1);
}

static void who_comes_later_gets_a_number(void **state)
{
	struct party *party = party_of(1, 0);
	(void)state;
	expect_name(party, "alice", "alice");
	expect_name(party, "Alice", "Alice-2");
	expect_name(party, "\u0430l1ce", "\u0430l1ce-3");
	expect_name(party, "alice-2", "alice-2-2");
	expect_name(party, "bob", "bob");
	expect_name(party, "", "");
	expect_name(party, "  ", "");
	expect_name(party, "GATEWAY 250", "GATEWAY 250-2");
	party_end(party);
}

/* The longest name has room for its number, and is cut between characters. */
static void a_long_name_is_cut(void **state)
{
	struct party *party = party_of(2, 0);
	char longest[LP_NAME_MAX + 1], second[LP_NAME_MAX + 1];
	(void)state;
	for (size_t i = 0; i < LP_NAME_MAX; i += 2)
		memcpy(longest + i, "\u00fc", 2);
	longest[LP_NAME_MAX] = '\0';
	expect_name(party, longest, longest);
	memcpy(second, longest, 58);
	strcpy(second + 58, "-2");
	expect_name(party, longest, second);
	party_end(party);
}

/* Who comes back has the name that they had. */
static void it_is_the_same_after_a_while(void **state)
{
	struct party *party = party_of(3, 0);
	(void)state;
	expect_name(party, "alice", "alice");
	expect_name(party, "alice", "alice-2");
	for (int i = 0; i < 2; i++) {
		struct sim_peer *client = &party->clients[i];
		sim_peer_kill(client);
		sim_peer_start(client);
		sim_wait_up(&party->sim, SIM_S(3), 1, &client);
		assert_string_equal(client->welcome.name, i ? "alice-2" : "alice");
	}
	party_end(party);
}

static void a_name_forges_no_line(void **state)
{
	struct party *party = party_of(4, 0);
	(void)state;
	expect_name(party, "x, 02:00:00:00:00:99) joined room \"doom",
		    "x, 02:00:00:00:00:99) joined room \"doom");
	assert_int_equal(sim_log_count(&party->sim, "99) joined room \"doom"), 0);
	assert_true(sim_log_count(&party->sim,
				  "(\"x, 02:00:00:00:00:99) joined room \\\"doom\", 02:") > 0);
	party_end(party);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_comes_later_gets_a_number),
		cmocka_unit_test(a_long_name_is_cut),
		cmocka_unit_test(it_is_the_same_after_a_while),
		cmocka_unit_test(a_name_forges_no_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
