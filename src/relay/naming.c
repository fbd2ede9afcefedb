/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/naming.h"

#include "base/mem.h"
#include "base/skeleton.h"
#include "base/utf8.h"
#include "relay/room.h"

#include <stdio.h>

#define SUFFIX_LEN  6	  /* "-16383" */
#define NUMBERS_MAX 16384 /* more than a room can have members */

static bool is_taken(const struct lp_room *room, const char *skeleton)
{
	const struct lp_peer *peer;
	LP_LIST_FOREACH (peer, &room->peers, const struct lp_peer, link_room) {
		if (strcmp(peer->name_skeleton, skeleton) == 0)
			return true;
	}
	return false;
}

/* The number that a skeleton has behind `base` and a dash, in which 1 is l, and 0 is o; 0 = none.
 */
static unsigned number_behind(const char *skeleton, const char *base)
{
	static const char digits[] = "ol23456789";
	size_t len = strlen(base);
	unsigned number = 0;
	if (strncmp(skeleton, base, len) != 0 || skeleton[len] != '-')
		return 0;
	for (const char *at = skeleton + len + 1; *at != '\0'; at++) {
		const char *digit = strchr(digits, *at);
		if (!digit || number >= NUMBERS_MAX)
			return 0;
		number = number * 10 + (unsigned)(digit - digits);
	}
	return number < NUMBERS_MAX ? number : 0;
}

/* The first number from 2 on that nobody has behind that base. */
static unsigned free_number(const struct lp_room *room, const char *base)
{
	uint8_t is_used[NUMBERS_MAX / 8] = {0};
	unsigned number = 2;
	const struct lp_peer *peer;
	LP_LIST_FOREACH (peer, &room->peers, const struct lp_peer, link_room) {
		unsigned theirs = number_behind(peer->name_skeleton, base);
		is_used[theirs / 8] |= (uint8_t)(1U << theirs % 8);
	}
	while (number < NUMBERS_MAX - 1 && is_used[number / 8] & 1U << number % 8)
		number++;
	return number;
}

/* Cuts between characters. */
static void cut(char *text, size_t len_max)
{
	size_t len = 0;
	uint32_t code;
	for (size_t step; text[len] != '\0'; len += step) {
		step = lp_utf8_decode(text + len, strlen(text + len), &code);
		if (step == 0 || len + step > len_max)
			break;
	}
	text[len] = '\0';
}

void lp_naming_settle(struct lp_peer *peer, const struct lp_room *room)
{
	char *name = peer->hello.name;
	lp_skeleton(name, peer->name_skeleton, sizeof(peer->name_skeleton));
	if (peer->name_skeleton[0] == '\0') {
		name[0] = '\0';
		return;
	}
	if (!is_taken(room, peer->name_skeleton))
		return;
	cut(name, LP_NAME_MAX - SUFFIX_LEN);
	lp_skeleton(name, peer->name_skeleton, sizeof(peer->name_skeleton));
	unsigned number = free_number(room, peer->name_skeleton);
	size_t len = strlen(name);
	snprintf(name + len, sizeof(peer->hello.name) - len, "-%u", number);
	lp_skeleton(name, peer->name_skeleton, sizeof(peer->name_skeleton));
}
