/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What people write for an address: a relay, a place to listen, a prefix. Whatever is taken means
 * the same when it is printed and read again.
 */
#include "fuzz.h"

#include "base/addr.h"

#include <string.h>

static void check_hostport(const char *text)
{
	char printed[LP_ADDR_TEXT_LEN];
	struct lp_hostport parsed, back;

	if (lp_hostport_parse(text, &parsed) != LP_OK)
		return;
	CHECK(parsed.port != 0 && parsed.host[0] != '\0');
	CHECK(strstr(text, parsed.host) != NULL);
	if (!parsed.is_literal) {
		CHECK(strchr(parsed.host, ':') == NULL);
		return;
	}
	CHECK(parsed.addr.port == parsed.port);
	CHECK(lp_hostport_parse(lp_addr_format(&parsed.addr, printed), &back) == LP_OK);
	CHECK(back.is_literal && lp_addr_equal(&parsed.addr, &back.addr));
}

static void check_listen(const char *text)
{
	char printed[LP_ADDR_TEXT_LEN];
	struct lp_listen parsed, back;

	if (lp_listen_parse(text, &parsed) != LP_OK)
		return;
	CHECK(parsed.addr.port != 0);
	CHECK(parsed.is_wildcard == (parsed.addr.family == LP_ADDR_NONE));
	if (parsed.is_wildcard)
		return;
	CHECK(lp_listen_parse(lp_addr_format(&parsed.addr, printed), &back) == LP_OK);
	CHECK(!back.is_wildcard && lp_addr_equal(&parsed.addr, &back.addr));
}

static void check_prefix(const char *text)
{
	char printed[LP_ADDR_TEXT_LEN];
	struct lp_prefix parsed, back;

	if (lp_prefix_parse(text, &parsed) != LP_OK)
		return;
	CHECK(parsed.len <= (parsed.addr.family == LP_ADDR_IP4 ? 32 : 128));
	CHECK(lp_prefix_parse(lp_prefix_format(&parsed, printed), &back) == LP_OK);
	CHECK(back.len == parsed.len && lp_addr_equal_ip(&parsed.addr, &back.addr));
	CHECK(lp_prefix_overlaps(&parsed, &back));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	check_hostport(text);
	check_listen(text);
	check_prefix(text);
	free(text);
	return 0;
}
