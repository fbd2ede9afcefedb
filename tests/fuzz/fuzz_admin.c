/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Requests of the control socket, and how lanpartyctl shows what comes back. The input is a request
 * line, the answer must be one valid line of JSON; the same bytes are then taken for an answer's
 * content.
 */
#include "admin/admin.h"
#include "base/utf8.h"
#include "ctl/view.h"

#include "../unit/dummy_role.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
	if (!is_true)
		abort();
}

static struct json_object *parse(const char *text, size_t len)
{
	struct json_tokener *tokener;
	struct json_object *object;
	size_t ascii_len;
	char *ascii = lp_utf8_escape(text, len, &ascii_len);

	if (!ascii)
		return NULL;
	tokener = json_tokener_new();
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	object = json_tokener_parse_ex(tokener, ascii, (int)ascii_len);
	json_tokener_free(tokener);
	free(ascii);
	return object;
}

static void check_answer(const uint8_t *data, size_t size)
{
	struct dummy_role dummy = {.role = size % 2 ? "relay" : "client"};
	char name[64] = "";
	struct json_object *answer;
	char *text;

	memcpy(name, data, size < sizeof(name) - 1 ? size : sizeof(name) - 1);
	dummy.peer_name = name;
	dummy.reload_faults = size % 3 ? name : NULL;
	text = lp_admin_answer(&dummy_role_ops, &dummy, (const char *)data, size);
	require(!strchr(text, '\n'));
	answer = parse(text, strlen(text));
	require(answer && json_object_object_get_ex(answer, "ok", NULL));
	json_object_put(answer);
	free(text);
}

static void show(const uint8_t *data, size_t size)
{
	static const char *const commands[] = {"status", "rooms", "peers", "stats", "drops"};
	static FILE *nowhere;
	struct json_object *content = parse((const char *)data, size);

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	for (size_t i = 0; nowhere && i < sizeof(commands) / sizeof(commands[0]); i++) {
		const struct lp_table_style style = {.out = nowhere, .is_wide = true};

		lp_view_find(commands[i])->print(&style, true, content);
	}
	json_object_put(content);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* json-c takes lengths as int, and lines end at 64 kB anyway. */
	if (size > 128 * 1024)
		return 0;
	check_answer(data, size);
	show(data, size);
	return 0;
}
