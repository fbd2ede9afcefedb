/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/log.h"
#include "base/mem.h"
#include "state/rollback.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];
static int line_count;

static void count_line(void *user, enum lp_log_level level, const char *line)
{
	(void)user, (void)level, (void)line;
	line_count++;
}

static int set_up(void **state)
{
	struct lp_store *store;

	snprintf(folder, sizeof(folder), "/tmp/lanparty-test.XXXXXX");
	if (mkdtemp(folder) == NULL || lp_store_open(folder, &store) != LP_OK)
		return -1;
	lp_log_capture(count_line, NULL);
	line_count = 0;
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

static struct lp_rollback a_route(const char *dst, const char *via)
{
	struct lp_rollback change = {.kind = LP_ROLLBACK_ROUTE,
				     .interface = "eth0",
				     .hardware = "02:00:00:00:00:01",
				     .ifindex = 3};

	assert_int_equal(lp_prefix_parse(dst, &change.route.dst), LP_OK);
	if (via)
		assert_int_equal(lp_addr_parse_ip(via, &change.route.gateway), LP_OK);
	change.route.ifindex = 3;
	change.route.metric = 5;
	return change;
}

static void gives_back_what_was_written(void **state)
{
	struct lp_rollback list[] = {
		a_route("203.0.113.10/32", "192.168.1.1"),
		a_route("2001:db8::1/128", "fe80::1"),
		a_route("224.0.0.0/4", NULL),
		{.kind = LP_ROLLBACK_SETTING,
		 .interface = "Ethernet \xc3\xbc 2",
		 .ifindex = 4000000000,
		 .setting = LP_NETCFG_MTU,
		 .was = 1500,
		 .is = 1398},
		{.kind = LP_ROLLBACK_SETTING, .setting = LP_NETCFG_DEFAULT_ROUTES_IP6, .was = 1},
	};
	struct lp_rollback got[LP_ROLLBACK_MAX];
	size_t count = 7;

	assert_int_equal(lp_rollback_read(*state, got, &count), LP_OK);
	assert_int_equal(count, 0);
	assert_int_equal(lp_rollback_write(*state, list, LP_ARRAY_COUNT(list)), LP_OK);
	assert_int_equal(lp_rollback_read(*state, got, &count), LP_OK);
	assert_int_equal(count, LP_ARRAY_COUNT(list));
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(got[i].kind, list[i].kind);
		assert_string_equal(got[i].interface, list[i].interface);
		assert_string_equal(got[i].hardware, list[i].hardware);
		assert_int_equal(got[i].ifindex, list[i].ifindex);
		assert_int_equal(got[i].route.dst.len, list[i].route.dst.len);
		assert_true(lp_addr_equal_ip(&got[i].route.dst.addr, &list[i].route.dst.addr));
		assert_true(lp_addr_equal_ip(&got[i].route.gateway, &list[i].route.gateway));
		assert_int_equal(got[i].route.ifindex, list[i].route.ifindex);
		assert_int_equal(got[i].route.metric, list[i].route.metric);
		assert_int_equal(got[i].setting, list[i].setting);
		assert_int_equal(got[i].was, list[i].was);
		assert_int_equal(got[i].is, list[i].is);
	}
	assert_int_equal(line_count, 0);
}

static void an_empty_list_is_no_file(void **state)
{
	struct lp_rollback change = a_route("203.0.113.10/32", NULL);
	char path[96];

	snprintf(path, sizeof(path), "%s/journal.json", folder);
	assert_int_equal(lp_rollback_write(*state, &change, 1), LP_OK);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(lp_rollback_write(*state, NULL, 0), LP_OK);
	assert_int_not_equal(access(path, F_OK), 0);
	assert_int_equal(lp_rollback_write(*state, NULL, 0), LP_OK);
}

/* Nothing of what was changed outlives the system; a route of the same name may be the user's. */
static void a_restart_of_the_system_has_undone_it(void **state)
{
	static const char text[] =
		"{\"version\":1,\"boot\":\"00000000-0000-0000-0000-000000000000\",\"changes\":["
		"{\"interface\":\"eth0\",\"ifindex\":2,\"setting\":\"mtu\",\"was\":1,\"is\":2}]}";
	struct lp_rollback got[LP_ROLLBACK_MAX];
	size_t count;

	assert_int_equal(lp_store_write(*state, "journal.json", text, strlen(text), false), LP_OK);
	assert_int_equal(lp_rollback_read(*state, got, &count), LP_OK);
	assert_int_equal(count, 0);
	assert_int_equal(line_count, 0);
}

static void what_cannot_be_understood_is_said(void **state)
{
	static const char *const changes[] = {
		"",
		"{}",
		"[7]",
		"[{}]",
		"[{\"interface\":\"eth0\"}]",
		"[{\"interface\":\"eth0\",\"ifindex\":-1,\"setting\":\"mtu\",\"was\":1,\"is\":2}]",
		"[{\"interface\":\"eth0\",\"ifindex\":1,\"setting\":\"color\",\"was\":1,\"is\":2}]",
		"[{\"interface\":\"eth0\",\"ifindex\":1,\"setting\":\"mtu\",\"was\":1}]",
		"[{\"interface\":\"eth0\",\"ifindex\":1,\"route\":\"10.0.0.0/33\",\"metric\":0}]",
		"[{\"interface\":\"eth0\",\"ifindex\":1,\"route\":\"10.0.0.0/8\"}]",
		("[{\"interface\":\"eth0\",\"ifindex\":1,\"route\":\"10.0.0.0/8\",\"via\":\"x\","
		 "\"metric\":0}]"),
	};

	for (size_t i = 0; i < LP_ARRAY_COUNT(changes); i++) {
		struct lp_rollback got[LP_ROLLBACK_MAX];
		char text[512], boot[LP_NETCFG_BOOT_ID_LEN];
		size_t count = 9;

		snprintf(text, sizeof(text), "{\"version\":1,\"boot\":\"%s\",\"changes\":%s}",
			 lp_netcfg_boot_id(boot), changes[i]);
		assert_int_equal(lp_store_write(*state, "journal.json", text, strlen(text), false),
				 LP_OK);
		assert_int_equal(lp_rollback_read(*state, got, &count), LP_OK);
		assert_int_equal(count, 0);
		assert_int_equal(line_count, i + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(gives_back_what_was_written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_empty_list_is_no_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_restart_of_the_system_has_undone_it, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_cannot_be_understood_is_said, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
