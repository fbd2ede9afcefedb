/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * How each answer of the daemon is shown to people.
 */
#ifndef LP_CTL_VIEW_H
#define LP_CTL_VIEW_H

#include "ctl/table.h"

struct lp_view {
	const char *command; /* of the request, and the key of the answer's content */
	bool takes_room;
	void (*print)(const struct lp_table_style *style, bool shows_all,
		      struct json_object *content);
	const char *const *keys; /* of a row, that tell it from others; NULL = no rates */
	const char *const *counters;
};

/* The view of status, rooms, peers, stats, drops or bans; NULL for other commands. */
const struct lp_view *lp_view_find(const char *command);

/* Prints the content of a good answer. */
void lp_view_print(const struct lp_view *view, const struct lp_table_style *style, bool shows_all,
		   struct json_object *answer);

/* Adds to each row how much its counters have grown in a second since the answer `before`. */
void lp_view_add_rates(const struct lp_view *view, struct json_object *answer,
		       struct json_object *before, uint64_t elapsed_ms);

#endif
