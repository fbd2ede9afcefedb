/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "gateway/addrprobe.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define START (1000 * LP_NS_PER_S)

static const uint8_t pc[4] = {10, 0, 0, 1};
static const uint8_t printer[4] = {10, 0, 0, 2};
static struct lp_bucket budget;

static int set_up(void **state)
{
	*state = lp_addrprobe_new(START);
	lp_bucket_init(&budget, 1000, 1000, START);
	return 0;
}

static int tear_down(void **state)
{
	lp_addrprobe_free(*state);
	return 0;
}

static struct lp_addrprobe_subject subject_of(const uint8_t ip[4])
{
	struct lp_addrprobe_subject subject = {.ip_len = 4};

	memcpy(subject.ip, ip, 4);
	return subject;
}

static void begin(struct lp_addrprobe *probe, const uint8_t ip[4], uint64_t now)
{
	struct lp_addrprobe_subject subject = subject_of(ip);

	assert_true(lp_addrprobe_begin(probe, &subject, false, &budget, now));
}

/* Gives the length of the address, 0 = nothing was closed. */
static size_t close_one(struct lp_addrprobe *probe, uint8_t ip[16], uint64_t now)
{
	struct lp_addrprobe_subject subject;

	if (!lp_addrprobe_close(probe, &subject, now))
		return 0;
	memcpy(ip, subject.ip, subject.ip_len);
	return subject.ip_len;
}

static void hold(struct lp_addrprobe *probe, const uint8_t ip[4], uint8_t first, size_t len)
{
	uint8_t frame[2 * LP_ADDRPROBE_FRAME_MAX] = {first};

	lp_addrprobe_hold(probe, ip, 4, 7, frame, len);
}

/* Asks as often as may be at that time. */
static unsigned ask_all(struct lp_addrprobe *probe, uint64_t now)
{
	unsigned count = 0;
	struct lp_addrprobe_subject subject;

	while (lp_addrprobe_ask(probe, &subject, now) > 0)
		count++;
	return count;
}

/* The first octets of what comes out, as text. */
static const char *release_all(struct lp_addrprobe *probe)
{
	static char text[32];
	struct lp_addrprobe_frame frame;
	size_t count = 0;

	while (count < sizeof(text) - 1 && lp_addrprobe_release(probe, &frame))
		text[count++] = (char)frame.data[0];
	text[count] = '\0';
	return text;
}

static void three_questions_and_then_the_end(void **state)
{
	struct lp_addrprobe *probe = *state;
	uint64_t asked[8];
	size_t count = 0;
	uint8_t ip[16];

	begin(probe, pc, START);
	for (uint64_t at = START; at < START + LP_ADDRPROBE_WAIT_NS; at += LP_NS_PER_MS) {
		if (ask_all(probe, at) > 0 && count < 8)
			asked[count++] = at - START;
		assert_int_equal(close_one(probe, ip, at), 0);
	}
	assert_int_equal(count, 3);
	assert_int_equal(asked[0], 0);
	assert_int_equal(asked[1], LP_ADDRPROBE_EVERY_NS);
	assert_int_equal(asked[2], 2 * LP_ADDRPROBE_EVERY_NS);
	assert_int_equal(ask_all(probe, START + LP_ADDRPROBE_WAIT_NS), 0);
	assert_int_equal(close_one(probe, ip, START + LP_ADDRPROBE_WAIT_NS), 4);
	assert_memory_equal(ip, pc, 4);
	assert_int_equal(close_one(probe, ip, START + LP_NS_PER_S), 0);
	assert_true(lp_addrprobe_deadline(probe) == LP_NEVER);
}

static void after_a_stall_there_is_time_for_an_answer(void **state)
{
	struct lp_addrprobe *probe = *state;
	uint64_t late = START + 10 * LP_NS_PER_S;
	uint8_t ip[16];

	begin(probe, pc, START);
	for (unsigned i = 0; i < LP_ADDRPROBE_QUESTIONS; i++) {
		assert_int_equal(close_one(probe, ip, late), 0);
		assert_int_equal(ask_all(probe, late), 1);
		assert_int_equal(close_one(probe, ip, late), 0);
		late += LP_ADDRPROBE_EVERY_NS;
	}
	assert_int_equal(close_one(probe, ip, late), 4);
}

static void each_address_has_its_own_time(void **state)
{
	struct lp_addrprobe *probe = *state;
	uint64_t end = START + LP_ADDRPROBE_WAIT_NS;
	uint64_t later = 100 * LP_NS_PER_MS;
	uint8_t ip[16];

	begin(probe, pc, START);
	hold(probe, pc, 'a', 60);
	for (uint64_t at = START; at < end; at += LP_NS_PER_MS) {
		if (at == START + later)
			begin(probe, printer, at);
		ask_all(probe, at);
	}
	assert_int_equal(close_one(probe, ip, end), 4);
	assert_memory_equal(ip, pc, 4);
	assert_int_equal(close_one(probe, ip, end), 0);
	assert_string_equal(release_all(probe), "a");
	assert_int_equal(close_one(probe, ip, end + later), 4);
	assert_memory_equal(ip, printer, 4);
}

static void what_waits_comes_out_in_order_and_has_a_bound(void **state)
{
	struct lp_addrprobe *probe = *state;
	uint8_t ip[16];

	begin(probe, pc, START);
	hold(probe, pc, '0', LP_ADDRPROBE_FRAME_MAX + 1);
	for (uint8_t i = 0; i < LP_ADDRPROBE_HELD_MAX + 2; i++)
		hold(probe, pc, (uint8_t)('1' + i), LP_ADDRPROBE_FRAME_MAX);
	hold(probe, printer, 'p', 60);
	for (uint64_t at = START; at < START + LP_ADDRPROBE_WAIT_NS; at += LP_ADDRPROBE_EVERY_NS)
		ask_all(probe, at);
	assert_string_equal(release_all(probe), "");
	assert_int_equal(close_one(probe, ip, START + LP_ADDRPROBE_WAIT_NS), 4);
	assert_string_equal(release_all(probe), "12345678");
	assert_true(lp_addrprobe_deadline(probe) == LP_NEVER);
}

static void who_answers_ends_it_and_what_waits(void **state)
{
	struct lp_addrprobe *probe = *state;

	begin(probe, pc, START);
	begin(probe, printer, START);
	hold(probe, pc, 'a', 60);
	lp_addrprobe_answer(probe, pc, 4);
	assert_int_equal(ask_all(probe, START), 1);
	lp_addrprobe_answer(probe, printer, 4);
	assert_true(lp_addrprobe_deadline(probe) == LP_NEVER);
	assert_string_equal(release_all(probe), "");
}

/* What has been decided is not decided again, though its frames are not away yet. */
static void what_is_closed_is_no_probe(void **state)
{
	struct lp_addrprobe *probe = *state;
	uint64_t at = START + LP_ADDRPROBE_WAIT_NS;
	uint8_t ip[16];

	begin(probe, pc, START);
	hold(probe, pc, 'a', 60);
	for (uint64_t now = START; now < at; now += LP_ADDRPROBE_EVERY_NS)
		ask_all(probe, now);
	assert_int_equal(close_one(probe, ip, at), 4);
	lp_addrprobe_answer(probe, pc, 4);
	hold(probe, pc, 'b', 60);
	assert_string_equal(release_all(probe), "a");
}

/* He has a whole second, and each question counts. */
static void an_owner_has_twice_the_time(void **state)
{
	struct lp_addrprobe *probe = *state;
	struct lp_addrprobe_subject subject = subject_of(pc);
	uint64_t end = START + 2 * LP_ADDRPROBE_WAIT_NS;
	unsigned count = 0;
	uint8_t ip[16];

	subject.owner.octet[5] = 10;
	assert_true(lp_addrprobe_begin(probe, &subject, false, &budget, START));
	assert_int_equal(lp_addrprobe_questions(probe, pc, 4), 0);
	for (uint64_t at = START; at < end; at += LP_NS_PER_MS) {
		count += ask_all(probe, at);
		assert_int_equal(lp_addrprobe_questions(probe, pc, 4), count);
		assert_int_equal(close_one(probe, ip, at), 0);
	}
	assert_int_equal(count, 3);
	assert_int_equal(close_one(probe, ip, end), 4);
	assert_int_equal(lp_addrprobe_questions(probe, pc, 4), 0);
}

static void without_a_cable_all_is_over(void **state)
{
	struct lp_addrprobe *probe = *state;
	uint8_t ip[16];

	begin(probe, pc, START);
	hold(probe, pc, 'a', 60);
	lp_addrprobe_clear(probe);
	assert_true(lp_addrprobe_deadline(probe) == LP_NEVER);
	assert_int_equal(close_one(probe, ip, START + LP_NS_PER_S), 0);
	assert_string_equal(release_all(probe), "");
}

/* A table that is full takes nobody's place. */
static void there_is_room_for_so_many(void **state)
{
	struct lp_addrprobe *probe = *state;
	uint8_t ip[4] = {10, 1, 0, 0};

	for (unsigned i = 0; i < LP_ADDRPROBE_MAX; i++) {
		ip[3] = (uint8_t)i;
		begin(probe, ip, START);
	}
	struct lp_addrprobe_subject subject = subject_of(pc);

	assert_false(lp_addrprobe_begin(probe, &subject, false, &budget, START));
	begin(probe, ip, START);
	assert_int_equal(ask_all(probe, START), LP_ADDRPROBE_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(three_questions_and_then_the_end),
		TEST(after_a_stall_there_is_time_for_an_answer),
		TEST(each_address_has_its_own_time),
		TEST(what_waits_comes_out_in_order_and_has_a_bound),
		TEST(who_answers_ends_it_and_what_waits),
		TEST(what_is_closed_is_no_probe),
		TEST(an_owner_has_twice_the_time),
		TEST(without_a_cable_all_is_over),
		TEST(there_is_room_for_so_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
