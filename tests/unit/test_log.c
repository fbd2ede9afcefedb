/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/log.h"

#include "base/clock.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct lines {
	int count;
	enum lp_log_level level;
	char last[2048];
};

static void on_line(void *user, enum lp_log_level level, const char *line)
{
	struct lines *lines = user;

	lines->count++;
	lines->level = level;
	lp_strcopy(lines->last, sizeof(lines->last), line);
}

static int set_up(void **state)
{
	*state = lp_alloc(sizeof(struct lines));
	lp_log_capture(on_line, *state);
	lp_log_open(LP_LOG_INFO, LP_LOG_STDERR);
	return 0;
}

static int tear_down(void **state)
{
	lp_log_capture(NULL, NULL);
	free(*state);
	return 0;
}

static void test_levels(void **state)
{
	static const char *const names[] = {"error", "warn", "info", "debug"};
	struct lines *lines = *state;

	for (int limit = LP_LOG_ERROR; limit <= LP_LOG_DEBUG; limit++) {
		enum lp_log_level level;

		assert_int_equal(lp_log_level_parse(names[limit], &level), LP_OK);
		assert_int_equal(level, limit);
		assert_string_equal(lp_log_level_name(level), names[limit]);
		lp_log_open(level, LP_LOG_STDERR);
		lines->count = 0;
		lp_error("test", "one");
		lp_warn("test", "two");
		lp_info("test", "three");
		lp_debug("test", "four");
		assert_int_equal(lines->count, limit + 1);
		assert_int_equal(lines->level, limit);
	}

	static const char *const wrong[] = {"", "Info", "information", "warning", " info", "4"};
	for (size_t i = 0; i < LP_ARRAY_COUNT(wrong); i++) {
		enum lp_log_level level = LP_LOG_WARN;

		assert_int_equal(lp_log_level_parse(wrong[i], &level), LP_ERR_INVALID);
		assert_int_equal(level, LP_LOG_WARN);
	}
}

static void test_line(void **state)
{
	struct lines *lines = *state;

	lp_info("relay", "peer %u joined room \"%s\"", 7U, "doom");
	assert_string_equal(lines->last, "relay: peer 7 joined room \"doom\"");
	lp_info("relay", "two\nlines\x1b[31m\t\x7f");
	assert_string_equal(lines->last, "relay: two?lines?[31m??");
}

static void test_long_line_is_cut(void **state)
{
	struct lines *lines = *state;
	char text[3000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	lp_info("test", "%s", text);
	assert_int_equal(strlen(lines->last), 1023);
	assert_string_equal(lines->last + 1020, "...");
}

static void test_limit(void **state)
{
	struct lp_log_limit limit = {0};
	uint64_t now = 1000 * LP_NS_PER_S;
	uint32_t suppressed;

	(void)state;
	for (int i = 0; i < 10; i++) {
		assert_true(lp_log_limit_pass(&limit, now, &suppressed));
		assert_int_equal(suppressed, 0);
	}
	for (int i = 0; i < 25; i++)
		assert_false(lp_log_limit_pass(&limit, now + (uint64_t)i, &suppressed));
	now += 10 * LP_NS_PER_S - 1;
	assert_false(lp_log_limit_pass(&limit, now, &suppressed));
	now += 1;
	assert_true(lp_log_limit_pass(&limit, now, &suppressed));
	assert_int_equal(suppressed, 26);
	assert_true(lp_log_limit_pass(&limit, now, &suppressed));
	assert_int_equal(suppressed, 0);
}

static void test_larger_burst(void **state)
{
	struct lp_log_limit limit = {.burst = 300};
	uint32_t suppressed;

	(void)state;
	for (int i = 0; i < 300; i++)
		assert_true(lp_log_limit_pass(&limit, LP_NS_PER_S, &suppressed));
	assert_false(lp_log_limit_pass(&limit, LP_NS_PER_S, &suppressed));
	assert_true(lp_log_limit_pass(&limit, 12 * LP_NS_PER_S, &suppressed));
	assert_int_equal(suppressed, 1);
}

static void test_limited_lines(void **state)
{
	struct lines *lines = *state;
	struct lp_log_limit limit = {0};

	for (int i = 0; i < 1000; i++)
		lp_log_write_limited(&limit, LP_NS_PER_S, LP_LOG_WARN, "relay", "bad datagram %d",
				     i);
	assert_int_equal(lines->count, 10);
	assert_string_equal(lines->last, "relay: bad datagram 9");

	/* What is not logged at all uses up no limit and is not said to be suppressed. */
	lp_log_write_limited(&limit, 20 * LP_NS_PER_S, LP_LOG_DEBUG, "relay", "unseen");
	lp_log_write_limited(&limit, 20 * LP_NS_PER_S, LP_LOG_WARN, "relay", "bad datagram");
	assert_string_equal(lines->last, "relay: bad datagram (990 similar lines suppressed)");
	lp_log_write_limited(&limit, 20 * LP_NS_PER_S, LP_LOG_WARN, "relay", "bad datagram");
	assert_string_equal(lines->last, "relay: bad datagram");
}

static void test_printable(void **state)
{
	char out[16];

	(void)state;
	assert_string_equal(lp_log_printable("alice", 5, out, sizeof(out)), "alice");
	assert_string_equal(lp_log_printable("a\nb", 3, out, sizeof(out)), "a\\x0ab");
	assert_string_equal(lp_log_printable("\0\x7f\xff", 3, out, sizeof(out)), "\\x00\\x7f\\xff");
	assert_string_equal(lp_log_printable("\\x0a", 4, out, sizeof(out)), "\\x5cx0a");
	assert_string_equal(lp_log_printable("", 0, out, sizeof(out)), "");
	/* Cut between characters, never inside of an escape. */
	assert_string_equal(lp_log_printable("0123456789012345", 16, out, sizeof(out)),
			    "012345678901234");
	assert_string_equal(lp_log_printable("0123456789012\n", 14, out, sizeof(out)),
			    "0123456789012");
	assert_string_equal(lp_log_printable("abc", 3, out, 1), "");
}

/* systemd.exec(5): whoever starts us may have inherited the variable with another stderr. */
static void test_the_journal_is_recognised(void **state)
{
	char name[] = "/tmp/lanparty-log.XXXXXX", value[64];
	int fd = mkstemp(name), saved = dup(STDERR_FILENO);
	struct stat info;

	(void)state;
	assert_int_equal(fstat(fd, &info), 0);
	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	snprintf(value, sizeof(value), "%ju:%ju", (uintmax_t)info.st_dev, (uintmax_t)info.st_ino);
	setenv("JOURNAL_STREAM", value, 1);
	bool is_own = lp_log_is_journal();
	snprintf(value, sizeof(value), "%ju:%ju", (uintmax_t)info.st_dev,
		 (uintmax_t)info.st_ino + 1);
	const char *const others[] = {value, "", "1", "8:", ":", "x:y", "-1:-1", "1:2:3"};
	bool is_other = false;
	for (size_t i = 0; i < LP_ARRAY_COUNT(others); i++) {
		setenv("JOURNAL_STREAM", others[i], 1);
		is_other |= lp_log_is_journal();
	}
	snprintf(value, sizeof(value), "%ju:%ju ", (uintmax_t)info.st_dev, (uintmax_t)info.st_ino);
	setenv("JOURNAL_STREAM", value, 1);
	is_other |= lp_log_is_journal();
	unsetenv("JOURNAL_STREAM");
	is_other |= lp_log_is_journal();
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(fd);
	unlink(name);
	assert_true(is_own);
	assert_false(is_other);
}

static void test_what_is_written(void **state)
{
	char out[LP_LOG_OUT_LEN];

	(void)state;
	lp_log_format(out, true, LP_LOG_WARN, 0, "relay: x");
	assert_string_equal(out, "<4>relay: x\n");
	size_t len = lp_log_format(out, false, LP_LOG_WARN, 1500 * LP_NS_PER_MS, "relay: x");
	assert_string_equal(out, "1970-01-01T00:00:01.500Z warn  relay: x\n");
	assert_int_equal(len, strlen(out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_levels, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_long_line_is_cut, set_up, tear_down),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_larger_burst),
		cmocka_unit_test_setup_teardown(test_limited_lines, set_up, tear_down),
		cmocka_unit_test(test_printable),
		cmocka_unit_test(test_the_journal_is_recognised),
		cmocka_unit_test(test_what_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
