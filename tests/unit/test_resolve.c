/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/mem.h"
#include "platform/resolve.h"
#include "poll_watcher.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_MS 20000

struct asking {
	struct poll_watcher watcher;
	struct lp_resolve *resolve;
	bool cancels_itself;
	int done_count;
	enum lp_err err;
	struct lp_addr addrs[LP_RESOLVE_MAX];
	size_t addr_count;
};

static void on_done(void *arg, enum lp_err err, const struct lp_addr *addrs, size_t addr_count)
{
	struct asking *asking = arg;

	asking->done_count++;
	asking->err = err;
	memcpy(asking->addrs, addrs, addr_count * sizeof(*addrs));
	asking->addr_count = addr_count;
	if (asking->cancels_itself) {
		lp_resolve_cancel(asking->resolve);
		asking->resolve = NULL;
	}
}

static void on_line(void *user, enum lp_log_level level, const char *line)
{
	(void)user;
	(void)level;
	(void)line;
}

static void start(struct asking *asking, const char *where)
{
	struct lp_hostport hostport;

	assert_int_equal(lp_hostport_parse(where, &hostport), LP_OK);
	poll_watcher_init(&asking->watcher);
	assert_int_equal(lp_resolve_start(&hostport, &asking->watcher.base, on_done, asking,
					  &asking->resolve),
			 LP_OK);
	/* Never from inside. */
	assert_int_equal(asking->done_count, 0);
}

static void finish(struct asking *asking)
{
	assert_int_equal(poll_watcher_turn(&asking->watcher, PATIENCE_MS), 1);
	assert_int_equal(asking->done_count, 1);
	assert_int_equal(poll_watcher_count(&asking->watcher), 0);
	assert_int_equal(poll_watcher_turn(&asking->watcher, 0), 0);
	lp_resolve_cancel(asking->resolve);
}

static void literals_come_at_once(void **state)
{
	static const char *const texts[] = {"192.0.2.1:4433", "[2001:db8::1]:4433"};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(texts); i++) {
		struct asking asking = {0};
		char text[LP_ADDR_TEXT_LEN];

		start(&asking, texts[i]);
		finish(&asking);
		assert_int_equal(asking.err, LP_OK);
		assert_int_equal(asking.addr_count, 1);
		assert_string_equal(lp_addr_format(&asking.addrs[0], text), texts[i]);
	}
}

/* Whatever the index was when the text was read. */
static void an_interface_is_looked_up_each_time(void **state)
{
	struct lp_hostport where;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct asking asking = {0};

		assert_int_equal(lp_hostport_parse(i ? "fe80::1%no-such0" : "fe80::1%lo", &where),
				 LP_OK);
		where.addr.scope_id = 777;
		poll_watcher_init(&asking.watcher);
		assert_int_equal(lp_resolve_start(&where, &asking.watcher.base, on_done, &asking,
						  &asking.resolve),
				 LP_OK);
		finish(&asking);
		assert_int_equal(asking.err, i ? LP_ERR_NOT_FOUND : LP_OK);
		assert_int_equal(asking.addr_count, i ? 0 : 1);
		if (i == 0)
			assert_int_equal(asking.addrs[0].scope_id, 1);
	}
}

static void localhost_is_loopback(void **state)
{
	struct asking asking = {0};

	(void)state;
	start(&asking, "localhost");
	finish(&asking);
	assert_int_equal(asking.err, LP_OK);
	assert_true(asking.addr_count >= 1);
	for (size_t i = 0; i < asking.addr_count; i++) {
		const struct lp_addr *addr = &asking.addrs[i];

		assert_int_equal(addr->port, LP_DEFAULT_PORT);
		assert_int_equal(addr->family == LP_ADDR_IP4 ? addr->ip[0] : addr->ip[15],
				 addr->family == LP_ADDR_IP4 ? 127 : 1);
	}
}

/* "invalid" never exists (RFC 6761); without a network nobody can say even that. */
static void an_unknown_name_is_said_so(void **state)
{
	struct asking asking = {0};

	(void)state;
	lp_log_capture(on_line, NULL);
	start(&asking, "no-such-party.invalid");
	finish(&asking);
	lp_log_capture(NULL, NULL);
	assert_true(asking.err == LP_ERR_NOT_FOUND || asking.err == LP_ERR_UNREACHABLE);
	assert_int_equal(asking.addr_count, 0);
}

static size_t thread_count(void)
{
	DIR *tasks = opendir("/proc/self/task");
	size_t count = 0;

	assert_non_null(tasks);
	for (const struct dirent *entry = readdir(tasks); entry; entry = readdir(tasks))
		count += entry->d_name[0] != '.';
	closedir(tasks);
	return count;
}

/* Nobody waits for the threads, but a checker for leaks at the end of this program wants them gone.
 */
static int wait_for_threads(void **state)
{
	(void)state;
	for (int ms = 0; thread_count() > 1 && ms < PATIENCE_MS; ms++)
		usleep(1000);
	return 0;
}

static void can_be_cancelled_at_any_time(void **state)
{
	static const char *const texts[] = {"localhost", "192.0.2.1", "no-such-party.invalid"};

	(void)state;
	for (size_t i = 0; i < 30; i++) {
		struct asking asking = {0};

		start(&asking, texts[i % LP_ARRAY_COUNT(texts)]);
		lp_resolve_cancel(asking.resolve);
		assert_int_equal(poll_watcher_count(&asking.watcher), 0);
		assert_int_equal(asking.done_count, 0);
	}
	for (size_t i = 0; i < 2; i++) {
		struct asking asking = {.cancels_itself = true};

		start(&asking, texts[i]);
		assert_int_equal(poll_watcher_turn(&asking.watcher, PATIENCE_MS), 1);
		assert_int_equal(asking.done_count, 1);
		assert_null(asking.resolve);
	}
	lp_resolve_cancel(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(literals_come_at_once),
		cmocka_unit_test(an_interface_is_looked_up_each_time),
		cmocka_unit_test(localhost_is_loopback),
		cmocka_unit_test(an_unknown_name_is_said_so),
		cmocka_unit_test(can_be_cancelled_at_any_time),
	};

	return cmocka_run_group_tests(tests, NULL, wait_for_threads);
}
