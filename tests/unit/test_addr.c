/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/addr.h"

#include "base/mem.h"
#include "base/rand.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_addresses(void **state)
{
	static const char *const same[] = {
		"0.0.0.0",
		"192.0.2.1",
		"255.255.255.255",
		"::",
		"::1",
		"1::",
		"2001:db8::1",
		"fe80::1",
		"1:2:3:4:5:6:7:8",
		"::ffff:192.0.2.1",
		"1:0:0:2::3",
		"::2:0:0:0:0:0:0",
		"2001:db8:0:1:1:1:1:1",
		"0:0:1::",
		"ff02::1:ff00:a",
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(same); i++) {
		char text[LP_ADDR_TEXT_LEN];
		struct lp_addr addr;

		assert_int_equal(lp_addr_parse_ip(same[i], &addr), LP_OK);
		uint8_t ip[16];
		bool is_ip4 = addr.family == LP_ADDR_IP4;
		assert_int_equal(inet_pton(is_ip4 ? AF_INET : AF_INET6, same[i], ip), 1);
		assert_memory_equal(ip, addr.ip, is_ip4 ? 4 : 16);
		char want[INET6_ADDRSTRLEN];
		inet_ntop(is_ip4 ? AF_INET : AF_INET6, ip, want, sizeof(want));
		assert_string_equal(lp_addr_format_ip(&addr, text), want);
	}
}

static void test_what_is_no_address(void **state)
{
	static const char *const texts[] = {
		"",
		".",
		"1",
		"1.2.3",
		"1.2.3.",
		"1.2.3.4.",
		"1.2.3.4.5",
		"256.0.0.1",
		"01.2.3.4",
		"1.2.3.04",
		"1.2.3.0x4",
		" 1.2.3.4",
		"1.2.3.4 ",
		"1..3.4",
		"-1.2.3.4",
		"0001.2.3.4",
		":",
		":::",
		"1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9",
		"1::2::3",
		"12345::",
		"::g",
		"1:2:3:4:5:6:7::8",
		"::1:2:3:4:5:6:7:8",
		":1::",
		"1::2:",
		"::1.2.3",
		"::1.2.3.4:5",
		"1:2:3:4:5:6:7:1.2.3.4",
		"[::1]",
		"::1%1",
		"2001:db8::1%eth0",
		"fe80::1%",
		"fe80::1%0",
		"fe80::1%no-such-interface",
		"fe80::1%99999999999",
		"1.2.3.4%1",
		"::1/64",
		"1:2:3:4:5:6:7:8::",
		"::ffff:256.0.0.1",
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(texts); i++) {
		struct lp_addr addr = {.port = 7};

		assert_int_not_equal(lp_addr_parse_ip(texts[i], &addr), LP_OK);
		assert_int_equal(addr.port, 7);
	}
}

/* Random addresses and random texts: same answer as the C library's. */
static void test_same_as_the_system(void **state)
{
	static const char alphabet[] = "0123456789abcdef::::....";
	struct lp_rand rand;

	(void)state;
	lp_rand_seed(&rand, 3);
	for (int round = 0; round < 20000; round++) {
		struct lp_addr addr = {.family = LP_ADDR_IP6}, back;
		char want[INET6_ADDRSTRLEN], text[LP_ADDR_TEXT_LEN];

		for (size_t i = 0; i < 16; i++)
			addr.ip[i] = lp_rand_below(&rand, 3) > 0 ? 0 : (uint8_t)lp_rand_next(&rand);
		addr.ip[0] = 0x20; /* the C library prints some of ::/96 with dots */
		inet_ntop(AF_INET6, addr.ip, want, sizeof(want));
		assert_string_equal(lp_addr_format_ip(&addr, text), want);
		assert_int_equal(lp_addr_parse_ip(text, &back), LP_OK);
		assert_true(lp_addr_equal_ip(&addr, &back));

		size_t len = lp_rand_below(&rand, 20);
		uint8_t ip[16];
		for (size_t i = 0; i < len; i++)
			text[i] = alphabet[lp_rand_below(&rand, sizeof(alphabet) - 1)];
		text[len] = '\0';
		bool is_ip =
			inet_pton(AF_INET, text, ip) == 1 || inet_pton(AF_INET6, text, ip) == 1;
		assert_int_equal(lp_addr_parse_ip(text, &back) == LP_OK, is_ip);
	}
}

static void test_print(void **state)
{
	struct lp_addr addr = {.family = LP_ADDR_IP4, .port = 443, .ip = {192, 0, 2, 1}};
	char text[LP_ADDR_TEXT_LEN];

	(void)state;
	assert_string_equal(lp_addr_format(&addr, text), "192.0.2.1:443");
	assert_int_equal(lp_addr_parse_ip("fe80::1%4294967295", &addr), LP_OK);
	assert_int_equal(addr.scope_id, UINT32_MAX);
	addr.port = 65535;
	assert_string_equal(lp_addr_format(&addr, text), "[fe80::1%4294967295]:65535");
	memset(addr.ip + 2, 0xff, 14);
	assert_string_equal(lp_addr_format(&addr, text),
			    "[fe80:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295]:65535");
	assert_int_equal(lp_addr_parse_ip("fe80::1%lo", &addr), LP_OK);
	assert_int_equal(addr.scope_id, 1);
	addr = (struct lp_addr){0};
	assert_string_equal(lp_addr_format_ip(&addr, text), "none");
}

static void test_equal(void **state)
{
	struct lp_addr a = {.family = LP_ADDR_IP4, .port = 1, .ip = {1, 2, 3, 4}};
	struct lp_addr b = a;

	(void)state;
	b.ip[7] = 9; /* not a part of it */
	assert_true(lp_addr_equal(&a, &b));
	b.port = 2;
	assert_false(lp_addr_equal(&a, &b));
	assert_true(lp_addr_equal_ip(&a, &b));
	b.ip[3] = 5;
	assert_false(lp_addr_equal_ip(&a, &b));
	b = a;
	b.family = LP_ADDR_IP6;
	assert_false(lp_addr_equal_ip(&a, &b));
	assert_int_equal(lp_addr_parse_ip("fe80::1%1", &a), LP_OK);
	assert_int_equal(lp_addr_parse_ip("fe80::1%2", &b), LP_OK);
	assert_false(lp_addr_equal_ip(&a, &b));
	a.ip[0] = b.ip[0] = 0x20; /* the scope is of link-local addresses only */
	assert_true(lp_addr_equal_ip(&a, &b));
}

static void test_prefixes(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"192.168.1.77/24", "192.168.1.0/24"},
		{"10.255.255.255/9", "10.128.0.0/9"},
		{"1.2.3.4/0", "0.0.0.0/0"},
		{"1.2.3.4/32", "1.2.3.4/32"},
		{"2001:db8:ffff::1/33", "2001:db8:8000::/33"},
		{"::1/128", "::1/128"},
		{"2001:db8::1/0", "::/0"},
	};
	static const char *const wrong[] = {
		"1.2.3.4", "1.2.3.4/",	 "1.2.3.4/33", "::/129",      "/8",
		"1.2.3/8", "1.2.3.4/-1", "1.2.3.4/8 ", "1.2.3.4/8/8", "fe80::1%1/64"};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		char text[LP_ADDR_TEXT_LEN];
		struct lp_prefix prefix;

		assert_int_equal(lp_prefix_parse(cases[i].text, &prefix), LP_OK);
		assert_string_equal(lp_prefix_format(&prefix, text), cases[i].want);
	}
	for (size_t i = 0; i < LP_ARRAY_COUNT(wrong); i++) {
		struct lp_prefix prefix;

		assert_int_not_equal(lp_prefix_parse(wrong[i], &prefix), LP_OK);
	}
}

static void test_prefixes_that_overlap(void **state)
{
	static const struct {
		const char *a, *b;
		bool overlaps;
	} cases[] = {
		{"192.168.1.0/24", "192.168.1.0/24", true},
		{"192.168.1.0/24", "192.168.0.0/16", true},
		{"192.168.1.0/24", "192.168.2.0/24", false},
		{"192.168.0.0/23", "192.168.1.128/25", true},
		{"0.0.0.0/0", "10.0.0.0/8", true},
		{"10.0.0.0/8", "::/0", false},
		{"2001:db8::/32", "2001:db8:1::/48", true},
		{"2001:db8::/32", "2001:db9::/32", false},
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		struct lp_prefix a, b;

		assert_int_equal(lp_prefix_parse(cases[i].a, &a), LP_OK);
		assert_int_equal(lp_prefix_parse(cases[i].b, &b), LP_OK);
		assert_int_equal(lp_prefix_overlaps(&a, &b), cases[i].overlaps);
		assert_int_equal(lp_prefix_overlaps(&b, &a), cases[i].overlaps);
	}
}

static void test_where_a_relay_is(void **state)
{
	static const struct {
		const char *text, *host;
		uint16_t port;
		const char *literal; /* as printed, or NULL */
	} cases[] = {
		{"party.example.org", "party.example.org", 443, NULL},
		{"party.example.org:4433", "party.example.org", 4433, NULL},
		{"party.example.org.", "party.example.org", 443, NULL},
		{"localhost", "localhost", 443, NULL},
		{"relay_1.lan:1", "relay_1.lan", 1, NULL},
		{"4players.de", "4players.de", 443, NULL},
		{"1.2.3.4.in-addr.arpa", "1.2.3.4.in-addr.arpa", 443, NULL},
		{"192.0.2.1", "192.0.2.1", 443, "192.0.2.1:443"},
		{"192.0.2.1:65535", "192.0.2.1", 65535, "192.0.2.1:65535"},
		{"2001:db8::1", "2001:db8::1", 443, "[2001:db8::1]:443"},
		{"[2001:db8::1]", "2001:db8::1", 443, "[2001:db8::1]:443"},
		{"[2001:DB8::1]:8443", "2001:DB8::1", 8443, "[2001:db8::1]:8443"},
		{"::", "::", 443, "[::]:443"},
		{"::1:443", "::1:443", 443, "[::1:443]:443"},
		{"fe80::1%lo", "fe80::1%lo", 443, "[fe80::1%1]:443"},
		{"[fe80::1%7]:9", "fe80::1%7", 9, "[fe80::1%7]:9"},
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		char text[LP_ADDR_TEXT_LEN];
		struct lp_hostport parsed;

		assert_int_equal(lp_hostport_parse(cases[i].text, &parsed), LP_OK);
		assert_string_equal(parsed.host, cases[i].host);
		assert_int_equal(parsed.port, cases[i].port);
		assert_int_equal(parsed.is_literal, cases[i].literal != NULL);
		if (parsed.is_literal)
			assert_string_equal(lp_addr_format(&parsed.addr, text), cases[i].literal);
	}
	printf("shows N1 N2 N3 N4\n");
}

static void test_where_no_relay_is(void **state)
{
	static const char *const texts[] = {
		"",
		".",
		":",
		":443",
		"host:",
		"host:0",
		"host:65536",
		"host:-1",
		"host:+1",
		"host:443 ",
		"host:443udp",
		"host name",
		"höst",
		"host/",
		"a..b",
		".a",
		"a..",
		"[::1",
		"::1]",
		"[]",
		"[]:443",
		"[::1]443",
		"[::1]:",
		"[::1]:0",
		"[192.0.2.1]",
		"[host]:443",
		"1.2.3",
		"1.2.3.256",
		"256",
		"host.1",
		"1:2:3",
		"::1::",
		"https://host",
		"host:443:1",
		"user@host",
		"host:99999999999999999999",
		"[::1]:443x",
		"%lo",
		"*",
		"-:",
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(texts); i++) {
		struct lp_hostport parsed = {.port = 7};

		if (lp_hostport_parse(texts[i], &parsed) == LP_OK)
			fail_msg("\"%s\" was taken", texts[i]);
		assert_int_equal(parsed.port, 7);
	}
}

static void test_name_lengths(void **state)
{
	char text[300];
	struct lp_hostport parsed;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[63] = '\0';
	assert_int_equal(lp_hostport_parse(text, &parsed), LP_OK);
	text[63] = 'a';
	text[64] = '\0';
	assert_int_equal(lp_hostport_parse(text, &parsed), LP_ERR_INVALID);

	memset(text, 'a', sizeof(text));
	for (int i = 50; i < 300; i += 51)
		text[i] = '.';
	text[LP_HOST_MAX] = '\0';
	assert_int_equal(lp_hostport_parse(text, &parsed), LP_OK);
	assert_int_equal(strlen(parsed.host), LP_HOST_MAX);
	text[LP_HOST_MAX] = 'a';
	text[LP_HOST_MAX + 1] = '\0';
	assert_int_equal(lp_hostport_parse(text, &parsed), LP_ERR_TOO_LARGE);
}

static void test_where_to_listen(void **state)
{
	static const struct {
		const char *text;
		bool is_wildcard;
		const char *address; /* or NULL for a wildcard */
		uint16_t port;
	} cases[] = {
		{"443/udp", true, NULL, 443},
		{"1/udp", true, NULL, 1},
		{"65535/udp", true, NULL, 65535},
		{"*:4433", true, NULL, 4433},
		{"*", true, NULL, 443},
		{"0.0.0.0:443", false, "0.0.0.0:443", 443},
		{"192.0.2.1", false, "192.0.2.1:443", 443},
		{"[::]:8443", false, "[::]:8443", 8443},
		{"::1", false, "[::1]:443", 443},
	};
	static const char *const wrong[] = {
		"",	    "443",	"443/tcp", "0/udp",	"65536/udp", "/udp",
		"x/udp",    "443/udp ", "*:0",	   "*:65536",	"*:",	     "**",
		"host:443", "443/UDP",	"-1/udp",  "localhost", "*443",	     "1.2.3.4:443/udp",
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		char text[LP_ADDR_TEXT_LEN];
		struct lp_listen parsed;

		assert_int_equal(lp_listen_parse(cases[i].text, &parsed), LP_OK);
		assert_int_equal(parsed.is_wildcard, cases[i].is_wildcard);
		assert_int_equal(parsed.addr.port, cases[i].port);
		if (!parsed.is_wildcard)
			assert_string_equal(lp_addr_format(&parsed.addr, text), cases[i].address);
	}
	for (size_t i = 0; i < LP_ARRAY_COUNT(wrong); i++) {
		struct lp_listen parsed;

		if (lp_listen_parse(wrong[i], &parsed) == LP_OK)
			fail_msg("\"%s\" was taken", wrong[i]);
	}
	printf("shows R2\n");
}

/* Its interface may come later, and under another index; to listen there it has to be there. */
static void a_relay_may_be_on_an_interface_that_is_not_there(void **state)
{
	struct lp_hostport relay;
	struct lp_listen listen;

	(void)state;
	assert_int_equal(lp_hostport_parse("[fe80::1%no-such0]:4433", &relay), LP_OK);
	assert_true(relay.is_literal && relay.has_zone);
	assert_string_equal(relay.host, "fe80::1%no-such0");
	assert_int_equal(relay.addr.scope_id, 0);
	assert_int_equal(relay.port, 4433);
	assert_int_equal(lp_hostport_parse("fe80::1%lo", &relay), LP_OK);
	assert_true(relay.has_zone && relay.addr.scope_id == 1);
	assert_int_equal(lp_hostport_parse("2001:db8::1", &relay), LP_OK);
	assert_false(relay.has_zone);
	assert_int_not_equal(lp_hostport_parse("2001:db8::1%eth0", &relay), LP_OK);
	assert_int_equal(lp_listen_parse("[fe80::1%no-such0]:4433", &listen), LP_ERR_NOT_FOUND);
}

static void test_any_address_is_known(void **state)
{
	static const struct {
		const char *text;
		bool is_any;
	} cases[] = {{"0.0.0.0", true}, {"::", true}, {"0.0.0.1", false}, {"::1", false}};
	struct lp_addr addr = {.family = LP_ADDR_NONE};

	(void)state;
	assert_true(lp_addr_is_any(&addr));
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		assert_int_equal(lp_addr_parse_ip(cases[i].text, &addr), LP_OK);
		assert_int_equal(lp_addr_is_any(&addr), cases[i].is_any);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_relay_may_be_on_an_interface_that_is_not_there),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_what_is_no_address),
		cmocka_unit_test(test_same_as_the_system),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_prefixes_that_overlap),
		cmocka_unit_test(test_where_a_relay_is),
		cmocka_unit_test(test_where_no_relay_is),
		cmocka_unit_test(test_name_lengths),
		cmocka_unit_test(test_where_to_listen),
		cmocka_unit_test(test_any_address_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
