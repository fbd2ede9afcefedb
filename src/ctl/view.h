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
};

/* The view of status, rooms, peers, stats, drops or bans; NULL for other commands. */
const struct lp_view *lp_view_find(const char *command);

#endif
