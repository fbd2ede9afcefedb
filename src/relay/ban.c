/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/ban.h"

#include "base/mem.h"
#include "relay/room.h"

/* One that is over, or else the one that is over first. */
static struct lp_ban *find_slot(struct lp_bans *bans, uint64_t now)
{
	struct lp_ban *first = &bans->list[0];
	for (size_t i = 0; i < bans->count; i++) {
		if (bans->list[i].until_ns < first->until_ns)
			first = &bans->list[i];
	}
	if (bans->count == 0 || (first->until_ns > now && bans->count < LP_BANS_MAX))
		return &bans->list[bans->count++];
	return first;
}

void lp_bans_add(struct lp_bans *bans, const struct lp_peer *peer, uint64_t for_ns, const char *by,
		 const struct lp_now *now)
{
	struct lp_ban *ban = find_slot(bans, now->mono_ns);
	*ban = (struct lp_ban){
		.has_mac = peer->hello.has_mac,
		.mac = peer->hello.mac,
		.id = peer->id,
		.wall_ns = now->wall_ns,
		.since_ns = now->mono_ns,
		.until_ns = now->mono_ns + for_ns,
	};
	lp_strcopy(ban->room, sizeof(ban->room), peer->room->code);
	lp_strcopy(ban->name, sizeof(ban->name), peer->hello.name);
	lp_strcopy(ban->by, sizeof(ban->by), by);
}

bool lp_bans_lift(struct lp_bans *bans, const char *room, uint16_t id, uint64_t now)
{
	bool is_lifted = false;
	for (size_t i = 0; i < bans->count; i++) {
		struct lp_ban *ban = &bans->list[i];
		if (ban->until_ns <= now || ban->id != id || strcmp(ban->room, room) != 0)
			continue;
		ban->until_ns = now; /* its slot is the next to be used */
		is_lifted = true;
	}
	return is_lifted;
}

static bool is_meant(const struct lp_ban *ban, const struct lp_hello *hello,
		     const struct lp_ticket *ticket)
{
	if (strcmp(ban->room, hello->room) != 0)
		return false;
	if (ban->has_mac && hello->has_mac && lp_mac_is_equal(&ban->mac, &hello->mac))
		return true;
	return ticket->id == ban->id && ticket->wall_ns <= ban->wall_ns &&
	       strcmp(ban->room, ticket->room) == 0;
}

uint64_t lp_bans_left(const struct lp_bans *bans, const struct lp_hello *hello,
		      const struct lp_ticket *ticket, uint64_t now)
{
	uint64_t left_ns = 0;
	for (size_t i = 0; i < bans->count; i++) {
		const struct lp_ban *ban = &bans->list[i];
		if (ban->until_ns > now && is_meant(ban, hello, ticket))
			left_ns = LP_MAX(left_ns, ban->until_ns - now);
	}
	return left_ns;
}
