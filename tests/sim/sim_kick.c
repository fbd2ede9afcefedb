/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* Who was put out of a room stays out for a while, whatever its program says. */

#include "base/mem.h"
#include "party.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define FIVE_MINUTES SIM_S(300)

static void kick(struct party *party, uint16_t id, uint64_t for_ns)
{
	assert_int_equal(lp_worker_kick(party->relay.worker, "party", id, for_ns, "uid 0 (root)"),
			 LP_OK);
}

/* Says that hello on a new connection; gives the reject, or NULL when it was welcome. */
static const struct lp_reject *try(struct party *party, struct sim_raw *raw,
				   const struct lp_message *hello)
{
	sim_raw_init(raw, &party->relay, 9);
	sim_run(&party->sim, SIM_MS(50));
	sim_raw_send_message(raw, hello);
	sim_run(&party->sim, SIM_MS(300));
	const struct lp_message *reject = sim_raw_find(raw, LP_MESSAGE_REJECT);
	assert_true(reject || sim_raw_find(raw, LP_MESSAGE_WELCOME));
	return reject ? &reject->reject : NULL;
}

static void is_refused(struct party *party, const struct lp_message *hello)
{
	struct sim_raw raw;
	const struct lp_reject *reject = try(party, &raw, hello);
	assert_non_null(reject);
	assert_int_equal(reject->code, LP_REJECT_KICKED);
	assert_in_range(reject->retry_after_ms, 1, 300000);
	sim_raw_fini(&raw);
}

static void is_welcome(struct party *party, const struct lp_message *hello)
{
	struct sim_raw raw;
	assert_null(try(party, &raw, hello));
	lp_conn_close(raw.conn, LP_QUIC_CODE_NONE, "");
	sim_run(&party->sim, SIM_MS(50));
	sim_raw_fini(&raw);
}

/* Our own client: told in a sentence, and slow; started anew it fares no better. */
static void a_player_stays_out(void **state)
{
	struct party *party = party_of(1, 2);
	struct sim_peer *client = &party->clients[0];
	struct lp_session_status status;
	(void)state;
	kick(party, sim_peer_id(client), FIVE_MINUTES);
	sim_run(&party->sim, SIM_S(1));
	lp_session_read_status(client->session, &status);
	assert_non_null(strstr(status.last_error, "kicked you from this room"));
	for (unsigned i = 0; i < 3; i++) {
		sim_peer_kill(client);
		sim_peer_start(client);
		sim_run(&party->sim, SIM_S(20));
		assert_false(sim_peer_is_up(client));
		lp_session_read_status(client->session, &status);
		assert_non_null(strstr(status.last_error, "kicked you from this room"));
	}
	assert_int_equal(sim_log_count(&party->sim, "was rejected: kicked"), 3);
	sim_run(&party->sim, SIM_S(230));
	assert_false(sim_peer_is_up(client));
	sim_run(&party->sim, SIM_S(20));
	assert_true(sim_peer_is_up(client));
	assert_int_equal(sim_log_count(&party->sim, "was rejected: kicked"), 3);
	assert_int_equal(sim_peer_count(&party->clients[1], SIM_LEFT, NULL), 1);
	party_end(party);
}

/* Without a ban it is a disconnect: our own client is back within a second. */
static void only_disconnected(void **state)
{
	struct party *party = party_of(21, 2);
	struct sim_peer *client = &party->clients[0];
	(void)state;
	kick(party, sim_peer_id(client), 0);
	sim_run(&party->sim, SIM_S(1));
	assert_true(sim_peer_is_up(client));
	assert_int_equal(sim_peer_count(&party->clients[1], SIM_LEFT, LP_LEFT_KICKED), 1);
	kick(party, sim_peer_id(&party->gateway), 0);
	sim_run(&party->sim, SIM_S(1));
	assert_true(sim_peer_is_up(&party->gateway));
	party_end(party);
}

/* Who is banned, by whom, for how long; and that it is over. */
static void a_ban_is_listed_and_lifted(void **state)
{
	struct party *party = party_of(22, 1);
	struct sim_peer *client = &party->clients[0];
	struct lp_worker *worker = party->relay.worker;
	uint16_t id = sim_peer_id(client);
	struct lp_admin_ban *bans = NULL;
	size_t count = 0;
	(void)state;
	assert_true(lp_worker_read_bans(worker, "party", &bans, &count));
	assert_false(lp_worker_read_bans(worker, "elsewhere", &bans, &count));
	assert_int_equal(count, 0);
	kick(party, id, FIVE_MINUTES);
	assert_int_equal(sim_log_count(&party->sim, "by uid 0 (root), and may come back in 300 s"),
			 1);
	sim_run(&party->sim, SIM_S(100));
	assert_true(lp_worker_read_bans(worker, NULL, &bans, &count));
	assert_int_equal(count, 1);
	assert_string_equal(bans[0].room, "party");
	assert_string_equal(bans[0].name, "client 1");
	assert_string_equal(bans[0].mac, "02:00:00:00:00:01");
	assert_string_equal(bans[0].by, "uid 0 (root)");
	assert_int_equal(bans[0].peer_id, id);
	assert_in_range(bans[0].left_ms, 199000, 200000);
	assert_in_range(bans[0].age_ms, 99000, 101000);
	free(bans);
	assert_false(sim_peer_is_up(client));
	assert_int_equal(lp_worker_unban(worker, "elsewhere", id, "uid 7"), LP_ERR_NOT_FOUND);
	assert_int_equal(lp_worker_unban(worker, "PARTY", id, "uid 7"), LP_OK);
	assert_int_equal(lp_worker_unban(worker, "party", id, "uid 7"), LP_ERR_NOT_FOUND);
	assert_int_equal(sim_log_count(&party->sim, "is lifted by uid 7"), 1);
	sim_peer_kill(client);
	sim_peer_start(client);
	sim_run(&party->sim, SIM_S(1));
	assert_true(sim_peer_is_up(client));
	party_end(party);
}

static void a_changed_program_stays_out(void **state)
{
	struct party *party = party_of(2, 1);
	struct lp_message hello = sim_raw_hello(1), other;
	struct sim_raw raw;
	(void)state;
	sim_raw_init(&raw, &party->relay, 1);
	sim_run(&party->sim, SIM_MS(50));
	uint16_t id = sim_raw_join(&raw, 1);
	lp_strcopy(hello.hello.resume, sizeof(hello.hello.resume),
		   sim_raw_find(&raw, LP_MESSAGE_WELCOME)->welcome.resume);
	kick(party, id, FIVE_MINUTES);
	sim_run(&party->sim, SIM_MS(100));
	assert_true(raw.has_ended);
	sim_raw_fini(&raw);

	is_refused(party, &hello); /* with its ticket */
	other = hello;
	other.hello.resume[0] = '\0';
	is_refused(party, &other); /* without */
	other.hello.role = LP_ROLE_GATEWAY;
	is_refused(party, &other);
	other = hello;
	other.hello.mac.octet[5] ^= 0x80;
	is_refused(party, &other); /* with its ticket and another MAC */
	other.hello.resume[0] = '\0';
	is_welcome(party, &other); /* somebody else */
	other = hello;
	lp_strcopy(other.hello.room, sizeof(other.hello.room), "elsewhere");
	is_welcome(party, &other);
	lp_strcopy(other.hello.room, sizeof(other.hello.room), "PARTY");
	is_refused(party, &other);

	sim_run(&party->sim, FIVE_MINUTES);
	is_welcome(party, &hello);
	party_end(party);
}

/* Two with one MAC: the second, who waits for the place of the first, must not get it by the kick.
 */
static void the_next_in_line_is_out_too(void **state)
{
	struct party *party = party_of(3, 1);
	struct lp_message hello = sim_raw_hello(1);
	struct sim_raw raw, second;
	(void)state;
	sim_raw_init(&raw, &party->relay, 1);
	sim_raw_init(&second, &party->relay, 2);
	sim_run(&party->sim, SIM_MS(50));
	uint16_t id = sim_raw_join(&raw, 1);
	raw.node.up.delay_ns = SIM_MS(300);
	sim_raw_send_message(&second, &hello);
	sim_run(&party->sim, SIM_MS(20));
	kick(party, id, FIVE_MINUTES);
	sim_run(&party->sim, SIM_MS(500));
	assert_null(sim_raw_find(&second, LP_MESSAGE_WELCOME));
	assert_int_equal(sim_raw_find(&second, LP_MESSAGE_REJECT)->reject.code, LP_REJECT_KICKED);
	sim_raw_fini(&raw);
	sim_raw_fini(&second);
	party_end(party);
}

static void a_gateway_is_kicked(void **state)
{
	struct party *party = party_of(4, 1);
	struct lp_message hello = sim_raw_hello(1);
	(void)state;
	kick(party, sim_peer_id(&party->gateway), FIVE_MINUTES);
	sim_run(&party->sim, SIM_S(90));
	assert_false(sim_peer_is_up(&party->gateway));
	hello.hello.role = LP_ROLE_GATEWAY;
	is_welcome(party, &hello);
	sim_run(&party->sim, FIVE_MINUTES);
	assert_true(sim_peer_is_up(&party->gateway));
	party_end(party);
}

/* Its connection is gone, its place is kept: then it is not kept any more. */
static void an_absent_one_is_kicked(void **state)
{
	struct party *party = party_of(5, 2);
	struct sim_peer *client = &party->clients[0];
	(void)state;
	uint16_t id = sim_peer_id(client);
	client->node.up.is_cut = client->node.down.is_cut = true;
	sim_run(&party->sim, SIM_S(17));
	kick(party, id, FIVE_MINUTES);
	client->node.up.is_cut = client->node.down.is_cut = false;
	sim_run(&party->sim, SIM_S(60));
	assert_false(sim_peer_is_up(client));
	assert_int_equal(sim_peer_count(&party->clients[1], SIM_LEFT, LP_LEFT_KICKED), 1);
	party_end(party);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_player_stays_out),
		cmocka_unit_test(only_disconnected),
		cmocka_unit_test(a_ban_is_listed_and_lifted),
		cmocka_unit_test(a_changed_program_stays_out),
		cmocka_unit_test(the_next_in_line_is_out_too),
		cmocka_unit_test(a_gateway_is_kicked),
		cmocka_unit_test(an_absent_one_is_kicked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
