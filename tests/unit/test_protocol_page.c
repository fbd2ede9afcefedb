/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* lanparty-protocol(7) must know every word and every bound that the code has. */
#include "base/mem.h"
#include "base/utf8.h"
#include "frame/policy.h"
#include "wire/budget.h"
#include "wire/datagram.h"
#include "wire/fragment.h"
#include "wire/message.h"
#include "wire/message_fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *page;

static int read_page(void **state)
{
	const char *srcdir = getenv("srcdir");
	char path[4096];
	long len;

	(void)state;
	snprintf(path, sizeof(path), "%s/man/lanparty-protocol.7", srcdir ? srcdir : ".");
	FILE *file = fopen(path, "rb");

	if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (len = ftell(file)) < 0)
		return -1;
	rewind(file);
	page = lp_alloc((size_t)len + 1);
	size_t read_len = fread(page, 1, (size_t)len, file);

	fclose(file);
	return read_len == (size_t)len ? 0 : -1;
}

static int free_page(void **state)
{
	(void)state;
	free(page);
	return 0;
}

/* The page has this line, or one that begins so. */
static void check_has(const char *before, const char *word, const char *behind)
{
	char line[128];

	snprintf(line, sizeof(line), "%s%s%s", before, word, behind);
	if (strstr(page, line) == NULL)
		fail_msg("lanparty-protocol(7) does not have \"%s\"", line);
}

static void knows_every_word(void **state)
{
	static const char *const reasons[] = {
		LP_LEFT_QUIT,	     LP_LEFT_CONNECTION_LOST, LP_LEFT_REPLACED,
		LP_LEFT_MALFORMED,   LP_LEFT_PROTOCOL,	      LP_LEFT_KICKED,
		LP_LEFT_ROOM_CLOSED, LP_LEFT_SHUTTING_DOWN,
	};

	(void)state;
	for (int i = LP_MESSAGE_HELLO; i < LP_MESSAGE__COUNT; i++)
		check_has("\n.Ss ", lp_message_type_name((enum lp_message_type)i), ": ");
	for (int i = 0; i < LP_REJECT__COUNT; i++)
		check_has("\n.It Ql ", lp_reject_code_name((enum lp_reject_code)i), "\n");
	for (size_t i = 0; i < LP_ARRAY_COUNT(reasons); i++)
		check_has("\n.It Ql ", reasons[i], "\n");
	for (size_t i = 0; i < LP_FEATURE_COUNT; i++)
		check_has("\n.It Ql ", lp_feature_names[i].name, "\n");
	for (int i = 0; i < LP_POLICY_FLAG__COUNT; i++)
		check_has("\n.It Ql ", lp_policy_flag_name((enum lp_policy_flag)i), "\n");
	check_has("\n.Va ", "frames_tx", "\n");
	check_has("\n.Va ", "frames_rx", "\n");
	check_has("\n.Ql ", lp_peer_role_name(LP_ROLE_CLIENT), "\n");
	check_has("\n.Ql ", lp_peer_role_name(LP_ROLE_GATEWAY), " .\n");
	check_has(".Ql ", LP_MODE_ETHERNET, " .\n");
}

static void knows_every_bound(void **state)
{
	static const struct {
		const char *before;
		int value;
		const char *behind;
	} bounds[] = {
		{"that of the JSON, at most ", LP_RECORD_MAX, "."},
		{"Values are nested at most ", LP_JSON_DEPTH_MAX, " deep"},
		{"Room code: 1 to ", LP_ROOM_MAX, " of"},
		{"Text, at most ", LP_NAME_MAX, ": of the person"},
		{"Text, at most ", LP_REASON_MAX, "."},
		{"Text, at most ", LP_TEXT_MAX, ", for a person"},
		{"base64url, at most ", LP_TICKET_MAX, "."},
		{"Array of at most ", LP_LAN_PREFIXES_MAX, " strings"},
		{"Integer, ", LP_BUDGET_MIN, " to 9200"},
		{"Integer, 1100 to ", LP_BUDGET_MAX, ":"},
		{"Integer, ", LP_MTU_MIN, " to 1500"},
		{"Integer, 576 to ", LP_ETHER_MTU_MAX, ":"},
		{"UDP payload \\- ", LP_DATAGRAM_OVERHEAD, " \\-"},
		{"without FCS, at most ", LP_FRAME_MAX, "."},
		{"and at most ", LP_PROBE_PAYLOAD_MAX, " long"},
		{"but the last has at least ", LP_FRAGMENT_MIN, " bytes"},
		{"of a frame below ", 2 * LP_FRAGMENT_MIN, " no fragment"},
		{"or that are more than ", LP_FRAGMENTS_MAX, ","},
		{"waits for at most ", LP_REASSEMBLY_SLOTS, " frames"},
		{"waits for at most ", LP_REASSEMBLY_TIMEOUT_NS / 1000000, " ms"},
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(bounds); i++) {
		char value[16];

		snprintf(value, sizeof(value), "%d", bounds[i].value);
		check_has(bounds[i].before, value, bounds[i].behind);
	}
}

/* The next range of "%x20-7E / %xA0 / …" behind *at; false at the end of the rule. */
static bool next_range(const char **at, uint32_t *first, uint32_t *last)
{
	const char *percent = strchr(*at, '%'), *end = strstr(*at, ".Ed");
	char *rest;

	if (!percent || percent > end || percent[1] != 'x')
		return false;
	*first = *last = (uint32_t)strtoul(percent + 2, &rest, 16);
	if (*rest == '-')
		*last = (uint32_t)strtoul(rest + 1, &rest, 16);
	*at = rest;
	return true;
}

/* What the grammar of a text allows is just what the code takes. */
static void grammar_of_text_is_that_of_the_code(void **state)
{
	const char *at = strstr(page, "\nshown  = ");
	uint32_t first, last, code = 0;

	(void)state;
	assert_non_null(at);
	while (next_range(&at, &first, &last)) {
		assert_true(first >= code && last >= first);
		for (; code <= last; code++) {
			bool is_surrogate = code >= 0xd800 && code <= 0xdfff;

			if (!is_surrogate && lp_utf8_is_printable(code) != (code >= first))
				fail_msg("U+%04X", (unsigned)code);
		}
	}
	for (; code <= 0x10ffff; code++)
		assert_false(lp_utf8_is_printable(code));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_every_word),
		cmocka_unit_test(knows_every_bound),
		cmocka_unit_test(grammar_of_text_is_that_of_the_code),
	};

	return cmocka_run_group_tests(tests, read_page, free_page);
}
