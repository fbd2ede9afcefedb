/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "wire/message.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "frame/ether.h"
#include "wire/budget.h"
#include "wire/message_fields.h"

static const char digits[] = "0123456789";
static const char lower[] = "abcdefghijklmnopqrstuvwxyz";
static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

const struct lp_feature_name lp_feature_names[LP_FEATURE_COUNT] = {
	{LP_FEATURE_FRAGMENTS, "fragments"},
	{LP_FEATURE_RESUME, "resume"},
};

const char *lp_message_type_name(enum lp_message_type type)
{
	static const char *const names[LP_MESSAGE__COUNT] = {
		[LP_MESSAGE_UNKNOWN] = "unknown",
		[LP_MESSAGE_HELLO] = "hello",
		[LP_MESSAGE_WELCOME] = "welcome",
		[LP_MESSAGE_REJECT] = "reject",
		[LP_MESSAGE_BUDGET] = "budget",
		[LP_MESSAGE_PEER_JOINED] = "peer_joined",
		[LP_MESSAGE_PEER_LEFT] = "peer_left",
		[LP_MESSAGE_STATS] = "stats",
		[LP_MESSAGE_DISCONNECT] = "disconnect",
		[LP_MESSAGE_POLICY] = "policy",
		[LP_MESSAGE_LAN] = "lan",
		[LP_MESSAGE_DROPS] = "drops",
	};

	return (unsigned)type < LP_MESSAGE__COUNT ? names[type] : names[LP_MESSAGE_UNKNOWN];
}

const char *lp_peer_role_name(enum lp_peer_role role)
{
	return role == LP_ROLE_GATEWAY ? "gateway" : "client";
}

const char *lp_reject_code_name(enum lp_reject_code code)
{
	static const char *const names[LP_REJECT__COUNT] = {
#define X(name, code, text) [LP_REJECT_##name] = code,
		LP_REJECT_CODES(X)
#undef X
	};

	return (unsigned)code < LP_REJECT__COUNT ? names[code] : "unknown";
}

const char *lp_reject_code_text(enum lp_reject_code code)
{
	static const char *const texts[LP_REJECT__COUNT] = {
#define X(name, code, text) [LP_REJECT_##name] = text,
		LP_REJECT_CODES(X)
#undef X
	};

	return (unsigned)code < LP_REJECT__COUNT ? texts[code] : "unknown";
}

bool lp_text_is_valid(const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		uint32_t character;
		size_t len = lp_utf8_decode(text, left, &character);

		if (len == 0 || !lp_utf8_is_printable(character))
			return false;
		text += len;
		left -= len;
	}
	return true;
}

/* Nothing but letters, digits and `more`; the locale has no say. */
static bool has_only(const char *text, const char *more)
{
	for (; *text != '\0'; text++) {
		if (!strchr(lower, *text) && !strchr(upper, *text) && !strchr(digits, *text) &&
		    !strchr(more, *text))
			return false;
	}
	return true;
}

bool lp_ticket_is_valid(const char *ticket)
{
	return has_only(ticket, "-_=");
}

bool lp_room_is_valid(const char *room)
{
	size_t len = strnlen(room, LP_ROOM_MAX + 1);

	return len >= 1 && len <= LP_ROOM_MAX && has_only(room, "._-");
}

void lp_room_fold(const char *room, char out[LP_ROOM_MAX + 1])
{
	lp_strcopy(out, LP_ROOM_MAX + 1, room);
	for (char *c = out; *c != '\0'; c++) {
		const char *found = strchr(upper, *c);

		if (found)
			*c = lower[found - upper];
	}
}

bool lp_mtu_is_valid(int64_t mtu)
{
	return mtu >= LP_MTU_MIN && mtu <= LP_ETHER_MTU_MAX;
}
