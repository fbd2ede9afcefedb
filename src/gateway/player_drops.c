/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "gateway/player_drops.h"

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "frame/example.h"
#include "wire/drop_news.h"

#include <stdlib.h>
#include <string.h>

struct player {
	uint16_t peer_id;
	bool has_news;
	uint64_t told_ns; /* 0 = never */
	uint64_t frames[LP_VERDICT__COUNT];
	uint64_t told[LP_VERDICT__COUNT];
	/* Of the last frame that had one; one of each reason would be much memory. */
	enum lp_verdict example_reason;
	uint64_t example_ns;
	char example[LP_EXAMPLE_TEXT_LEN];
};

struct lp_player_drops {
	struct lp_map *by_id;
};

struct lp_player_drops *lp_player_drops_new(void)
{
	struct lp_player_drops *players = lp_alloc(sizeof(*players));

	players->by_id = lp_map_new();
	return players;
}

void lp_player_drops_free(struct lp_player_drops *players)
{
	struct player *player;

	if (!players)
		return;
	for (size_t cursor = 0; (player = lp_map_next(players->by_id, &cursor));)
		free(player);
	lp_map_free(players->by_id);
	free(players);
}

static struct player *find(const struct lp_player_drops *players, uint16_t peer_id)
{
	return lp_map_get(players->by_id, &peer_id, sizeof(peer_id));
}

void lp_player_drops_join(struct lp_player_drops *players, uint16_t peer_id)
{
	struct player *player;

	if (find(players, peer_id))
		return;
	player = lp_alloc(sizeof(*player));
	player->peer_id = peer_id;
	lp_map_put(players->by_id, &player->peer_id, sizeof(player->peer_id), player);
}

void lp_player_drops_leave(struct lp_player_drops *players, uint16_t peer_id)
{
	struct player *player = find(players, peer_id);

	if (!player)
		return;
	lp_map_remove(players->by_id, &peer_id, sizeof(peer_id));
	free(player);
}

void lp_player_drops_count(struct lp_player_drops *players, uint16_t peer_id,
			   enum lp_verdict verdict, const uint8_t *frame, size_t len, uint64_t now)
{
	struct player *player = verdict == LP_VERDICT_FORWARD ? NULL : find(players, peer_id);
	char example[LP_EXAMPLE_TEXT_LEN];

	if (!player)
		return;
	player->frames[verdict]++;
	player->has_news = true;
	if (player->example_reason == verdict && now < player->example_ns + LP_NS_PER_S)
		return;
	player->example_ns = now;
	if (!lp_example_of(verdict, frame, len, example)[0])
		return;
	player->example_reason = verdict;
	lp_strcopy(player->example, sizeof(player->example), example);
}

/* The one that was told longest ago, and may be told something. */
static struct player *find_due(const struct lp_player_drops *players, uint64_t now)
{
	struct player *player, *due = NULL;

	for (size_t cursor = 0; (player = lp_map_next(players->by_id, &cursor));) {
		if (!player->has_news ||
		    (player->told_ns != 0 && now < player->told_ns + LP_DROP_NEWS_EVERY_NS))
			continue;
		if (!due || player->told_ns < due->told_ns)
			due = player;
	}
	return due;
}

static void add_example(const struct player *player, struct lp_drops *news)
{
	for (uint32_t i = 0; i < news->count; i++) {
		if (news->drops[i].reason == player->example_reason)
			lp_strcopy(news->drops[i].example, sizeof(news->drops[i].example),
				   player->example);
	}
}

bool lp_player_drops_next(struct lp_player_drops *players, struct lp_drops *news, uint64_t now)
{
	struct player *player;

	while ((player = find_due(players, now))) {
		*news = (struct lp_drops){.peer_id = player->peer_id};
		/* What did not fit waits for the next time. */
		player->has_news = lp_drop_news_take(player->frames, player->told, news);
		if (!player->has_news)
			continue;
		player->told_ns = now;
		add_example(player, news);
		return true;
	}
	return false;
}
