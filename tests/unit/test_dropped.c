/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* What is dropped of a player's frames, from the gateway that does it to the player's sentence. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "admin/json.h"
#include "base/clock.h"
#include "base/mem.h"
#include "client/refusal.h"
#include "frame/example.h"
#include "gateway/player_drops.h"
#include "session/dropped.h"
#include "wire/drop_news.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#define START (1000 * LP_NS_PER_S)

static const uint8_t emulator[60] = {0x02, 0, 0, 0, 0, 9, 0x00, 0x04, 0x1f, 1, 2, 3, 0x88, 0xe1};

/* 02:…:01 says that it has 10.77.0.51. */
static const uint8_t claim[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0,	0, 0,  0,
				  1,	0x08, 0x06, 0,	  1,	0x08, 0,    6,	4, 0,  1,
				  0x02, 0,    0,    0,	  0,	1,    10,   77, 0, 51, 0,
				  0,	0,    0,    0,	  0,	10,   77,   0,	51};

static void an_example_of_each(void **state)
{
	static const struct {
		enum lp_verdict verdict;
		const uint8_t *frame;
		size_t len;
		const char *text;
	} rows[] = {
		{LP_VERDICT_SOURCE_MAC, emulator, 60, "00:04:1f:01:02:03"},
		{LP_VERDICT_INVALID_SOURCE, emulator, 14, "00:04:1f:01:02:03"},
		{LP_VERDICT_ETHERTYPE, emulator, 60, "0x88e1"},
		{LP_VERDICT_L2_CONTROL, emulator, 60, "0x88e1"},
		{LP_VERDICT_INFRASTRUCTURE, emulator, 60, "0x88e1"},
		{LP_VERDICT_ADDRESS_CLAIM, claim, 60, "10.77.0.51"},
		{LP_VERDICT_LAN_MAC, claim, 60, "10.77.0.51"},
		{LP_VERDICT_ADDRESS_CLAIM, claim, 30, ""},
		{LP_VERDICT_RATE_BROADCAST, claim, 60, ""},
		{LP_VERDICT_SOURCE_MAC, emulator, 13, ""},
		{LP_VERDICT_RUNT, emulator, 0, ""},
	};
	char text[LP_EXAMPLE_TEXT_LEN];
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(rows); i++)
		assert_string_equal(
			lp_example_of(rows[i].verdict, rows[i].frame, rows[i].len, text),
			rows[i].text);
}

static void the_largest_growth_is_told_first(void **state)
{
	uint64_t frames[LP_VERDICT__COUNT] = {0}, told[LP_VERDICT__COUNT] = {0};
	struct lp_drops news;
	(void)state;
	assert_false(lp_drop_news_take(frames, told, &news));
	/* What has no target, or comes again, is no news. */
	frames[LP_VERDICT_FORWARD] = frames[LP_VERDICT_NO_TARGET] = 5;
	frames[LP_VERDICT_NOT_FOR_US] = frames[LP_VERDICT_ADDRESS_PROBED] = 5;
	assert_false(lp_drop_news_take(frames, told, &news));
	for (unsigned i = 0; i < LP_DROPS_MAX + 2; i++)
		frames[LP_VERDICT_RUNT + i] = 10 + i;
	assert_true(lp_drop_news_take(frames, told, &news));
	assert_int_equal(news.count, LP_DROPS_MAX);
	assert_int_equal(news.drops[0].reason, LP_VERDICT_RUNT + LP_DROPS_MAX + 1);
	assert_int_equal(news.drops[0].frames, 10 + LP_DROPS_MAX + 1);
	/* The rest the next time, and only what is new. */
	frames[LP_VERDICT_RUNT]++;
	assert_true(lp_drop_news_take(frames, told, &news));
	assert_int_equal(news.count, 2);
	assert_int_equal(news.drops[0].frames + news.drops[1].frames, 22);
	assert_false(lp_drop_news_take(frames, told, &news));
}

/* Once in 5 s of each player, whoever waits longest first, and of nobody who has left. */
static void players_are_told_in_turn(void **state)
{
	struct lp_player_drops *players = lp_player_drops_new();
	struct lp_drops news;
	uint64_t now = START;
	(void)state;
	for (uint16_t id = 1; id <= 3; id++) {
		lp_player_drops_join(players, id);
		lp_player_drops_join(players, id);
	}
	lp_player_drops_count(players, 1, LP_VERDICT_FORWARD, claim, sizeof(claim), now);
	lp_player_drops_count(players, 9, LP_VERDICT_JUMBO, claim, sizeof(claim), now);
	assert_false(lp_player_drops_next(players, &news, now));
	lp_player_drops_count(players, 1, LP_VERDICT_ADDRESS_CLAIM, claim, sizeof(claim), now);
	lp_player_drops_count(players, 1, LP_VERDICT_JUMBO, NULL, 0, now);
	assert_true(lp_player_drops_next(players, &news, now));
	assert_int_equal(news.peer_id, 1);
	assert_int_equal(news.count, 2);
	for (uint32_t i = 0; i < news.count; i++)
		assert_string_equal(news.drops[i].example,
				    news.drops[i].reason == LP_VERDICT_JUMBO ? "" : "10.77.0.51");
	assert_false(lp_player_drops_next(players, &news, now));

	now += LP_NS_PER_S;
	for (uint16_t id = 3; id > 0; id--)
		lp_player_drops_count(players, id, LP_VERDICT_LOOP, claim, sizeof(claim), now);
	lp_player_drops_leave(players, 3);
	assert_true(lp_player_drops_next(players, &news, now));
	assert_int_equal(news.peer_id, 2);
	assert_false(lp_player_drops_next(players, &news, now));
	now = START + LP_DROP_NEWS_EVERY_NS - 1;
	assert_false(lp_player_drops_next(players, &news, now));
	assert_true(lp_player_drops_next(players, &news, now + 1));
	assert_int_equal(news.peer_id, 1);
	assert_int_equal(news.drops[0].reason, LP_VERDICT_LOOP);
	lp_player_drops_free(players);
}

static void sums_stay_numbers(void **state)
{
	struct lp_dropped dropped = {0};
	struct lp_drops drops = {.count = 1};
	(void)state;
	drops.drops[0] = (struct lp_drop){LP_VERDICT_JUMBO, LP_COUNTER_MAX, "x"};
	for (int i = 0; i < 3; i++)
		lp_dropped_add(&dropped, &drops, START);
	assert_true(dropped.frames[LP_VERDICT_JUMBO] == LP_COUNTER_MAX);
	assert_string_equal(dropped.example[LP_VERDICT_JUMBO], "x");
	/* Ours: all are counted, an example is made once a second. */
	lp_dropped_count(&dropped, LP_VERDICT_SOURCE_MAC, emulator, sizeof(emulator), START);
	lp_dropped_count(&dropped, LP_VERDICT_SOURCE_MAC, claim, sizeof(claim), START + 1);
	assert_int_equal(dropped.frames[LP_VERDICT_SOURCE_MAC], 2);
	assert_string_equal(dropped.example[LP_VERDICT_SOURCE_MAC], "00:04:1f:01:02:03");
	lp_dropped_count(&dropped, LP_VERDICT_SOURCE_MAC, claim, sizeof(claim),
			 START + LP_NS_PER_S);
	assert_string_equal(dropped.example[LP_VERDICT_SOURCE_MAC], "02:00:00:00:00:01");
}

static struct lp_admin_refusal refusal(enum lp_dropper by, enum lp_verdict verdict, uint64_t frames,
				       int64_t age_ms, const char *example)
{
	struct lp_admin_refusal out = {.by = lp_dropper_name(by),
				       .reason = lp_verdict_name(verdict),
				       .help = lp_verdict_help(verdict),
				       .frames = frames,
				       .age_ms = age_ms};
	lp_strcopy(out.example, sizeof(out.example), example);
	return out;
}

static void the_worst_three_have_a_word(void **state)
{
	const struct lp_admin_refusal all[] = {
		refusal(LP_DROPPER_CLIENT, LP_VERDICT_LLC, 500, 100, ""),
		refusal(LP_DROPPER_CLIENT, LP_VERDICT_ETHERTYPE, 500, 100, "0x1234"),
		refusal(LP_DROPPER_RELAY, LP_VERDICT_RATE_BROADCAST, 9, 100, ""),
		refusal(LP_DROPPER_RELAY, LP_VERDICT_SOURCE_MAC, 3, 100, "00:04:1f:01:02:03"),
		refusal(LP_DROPPER_GATEWAY, LP_VERDICT_SOURCE_MAC, 3, 100, "00:04:1f:01:02:03"),
		refusal(LP_DROPPER_GATEWAY, LP_VERDICT_LOOP, 9, 60000, ""),
		refusal(LP_DROPPER_GATEWAY, LP_VERDICT_ADDRESS_CLAIM, 1, 59999, "10.77.0.51"),
	};
	const struct lp_admin_refusal *chosen[LP_ARRAY_COUNT(all)];
	(void)state;
	assert_int_equal(lp_refusal_choose(all, LP_ARRAY_COUNT(all), chosen, 3), 3);
	assert_string_equal(chosen[0]->reason, "address_claim");
	assert_string_equal(chosen[1]->reason, "source_mac");
	assert_string_equal(chosen[2]->reason, "ethertype");
	assert_int_equal(lp_refusal_choose(all, LP_ARRAY_COUNT(all), chosen, 7), 4);
	assert_string_equal(chosen[3]->reason, "llc");
	assert_int_equal(lp_refusal_choose(all, 0, chosen, 7), 0);
}

/* Every reason there is makes a sentence that fits its line, with an example and without. */
static void every_reason_has_a_sentence(void **state)
{
	static const char longest[] = "1111:2222:3333:4444:5555:6666:7777:8888";
	struct lp_finding findings[LP_VERDICT__COUNT];
	(void)state;
	for (int i = LP_VERDICT_FORWARD + 1; i < LP_VERDICT__COUNT; i++) {
		for (int k = 0; k < 2; k++) {
			struct lp_admin_refusal one = refusal(
				LP_DROPPER_GATEWAY, (enum lp_verdict)i, 1, 0, k ? longest : "");
			lp_refusal_describe(&one, &findings[i]);
			assert_in_range(strlen(findings[i].line.text), 20, LP_ADMIN_TEXT_MAX - 2);
		}
		for (int k = LP_VERDICT_FORWARD + 1; k < i; k++)
			assert_string_not_equal(findings[i].kind, findings[k].kind);
	}
}

static void the_sentences(void **state)
{
	static const struct {
		enum lp_dropper by;
		enum lp_verdict verdict;
		const char *example;
		enum lp_admin_level level;
		const char *begin;
	} rows[] = {
		{LP_DROPPER_CLIENT, LP_VERDICT_SOURCE_MAC, "00:04:1f:01:02:03", LP_ADMIN_WARN,
		 "the hall refuses frames from 00:04:1f:01:02:03: the MAC address of an emulator "
		 "or virtual machine does not pass; let it share"},
		{LP_DROPPER_CLIENT, LP_VERDICT_SOURCE_ZERO, "", LP_ADMIN_WARN,
		 "the hall refuses frames without a MAC address of their sender: a raw "
		 "Wake-on-LAN"},
		{LP_DROPPER_CLIENT, LP_VERDICT_INVALID_SOURCE, "03:00:00:00:00:01", LP_ADMIN_WARN,
		 "the hall refuses frames from 03:00:00:00:00:01, which is no station's MAC "
		 "address: "},
		{LP_DROPPER_CLIENT, LP_VERDICT_DHCP4_CHADDR, "", LP_ADMIN_WARN,
		 "the hall refuses DHCP requests of this PC that are not in the name of its own"},
		{LP_DROPPER_GATEWAY, LP_VERDICT_ADDRESS_CLAIM, "10.77.0.51", LP_ADMIN_WARN,
		 "the hall refuses the address 10.77.0.51 of this PC: a machine on its LAN has it"},
		{LP_DROPPER_GATEWAY, LP_VERDICT_ADDRESS_CLAIM, "", LP_ADMIN_WARN,
		 "the hall refuses an address of this PC: "},
		{LP_DROPPER_GATEWAY, LP_VERDICT_LOOP, "", LP_ADMIN_BAD,
		 "the frames of this PC are stopped: "},
		{LP_DROPPER_CLIENT, LP_VERDICT_IP6_FRAGMENT, "", LP_ADMIN_WARN,
		 "IPv6 packets that this PC sends in fragments do not pass: "},
		{LP_DROPPER_RELAY, LP_VERDICT_RATE_BANDWIDTH, "", LP_ADMIN_WARN,
		 "this PC sends more than a player may here"},
		{LP_DROPPER_RELAY, LP_VERDICT_POOL_EMPTY, "", LP_ADMIN_NOTE,
		 "the relay drops frames of this PC: no frame buffer left (pool_empty)"},
		{LP_DROPPER_GATEWAY, LP_VERDICT_LLC, "", LP_ADMIN_NOTE,
		 "the hall drops frames of this PC: "},
		{LP_DROPPER_CLIENT, LP_VERDICT_L2_CONTROL, "", LP_ADMIN_NOTE,
		 "this PC's own client drops frames of this PC: "},
	};
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(rows); i++) {
		struct lp_admin_refusal one =
			refusal(rows[i].by, rows[i].verdict, 1, 0, rows[i].example);
		struct lp_finding finding;
		lp_refusal_describe(&one, &finding);
		if (strncmp(finding.line.text, rows[i].begin, strlen(rows[i].begin)) != 0)
			fail_msg("%s", finding.line.text);
		assert_int_equal(finding.line.level, rows[i].level);
	}
}

static void the_status_has_them(void **state)
{
	struct lp_admin_status status = {.role = "client", .dropped_count = 1};
	(void)state;
	status.dropped[0] =
		refusal(LP_DROPPER_GATEWAY, LP_VERDICT_ADDRESS_CLAIM, 3, 250, "10.77.0.51");
	struct json_object *object = lp_json_status(&status), *dropped;
	assert_true(json_object_object_get_ex(object, "dropped", &dropped));
	assert_string_equal(json_object_to_json_string_ext(dropped, JSON_C_TO_STRING_PLAIN),
			    "[{\"by\":\"gateway\",\"reason\":\"address_claim\",\"frames\":3,"
			    "\"age_ms\":250,\"example\":\"10.77.0.51\"}]");
	json_object_put(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_example_of_each),
		cmocka_unit_test(the_largest_growth_is_told_first),
		cmocka_unit_test(players_are_told_in_turn),
		cmocka_unit_test(sums_stay_numbers),
		cmocka_unit_test(the_worst_three_have_a_word),
		cmocka_unit_test(every_reason_has_a_sentence),
		cmocka_unit_test(the_sentences),
		cmocka_unit_test(the_status_has_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
