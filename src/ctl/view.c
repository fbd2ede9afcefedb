/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "ctl/view.h"

#include "base/mem.h"

#include <string.h>

/* All roles are described together: a fact that a role does not have is left out. */
static const struct lp_table_column status_facts[] = {
	{"listen", "Listening on", LP_TABLE_TEXT, false},
	{"pin", "Certificate pin", LP_TABLE_TEXT, false},
	{"room_count", "Rooms", LP_TABLE_NUMBER, false},
	{"peer_count", "Peers", LP_TABLE_NUMBER, false},
	{"half_open_count", "Handshakes in progress", LP_TABLE_NUMBER, LP_TABLE_WIDE},
	{"worker_count", "Workers", LP_TABLE_NUMBER, LP_TABLE_WIDE},
	{"state", "State", LP_TABLE_TEXT, LP_TABLE_WIDE},
	{"relay", "Relay", LP_TABLE_TEXT, false},
	{"relay_addr", "Relay address", LP_TABLE_TEXT, LP_TABLE_WIDE},
	{"route", "Route to the relay", LP_TABLE_TEXT, LP_TABLE_WIDE},
	{"room", "Room", LP_TABLE_TEXT, false},
	{"gateway_present", "Gateway in the room", LP_TABLE_YES_NO, LP_TABLE_WIDE},
	{"lan_connected", "LAN connected", LP_TABLE_YES_NO, LP_TABLE_WIDE},
	{"peer_id", "Peer id", LP_TABLE_ID, LP_TABLE_WIDE},
	{"device", "Network device", LP_TABLE_TEXT, false},
	{"mac", "MAC address", LP_TABLE_TEXT, LP_TABLE_WIDE},
	{"addresses", "IP addresses", LP_TABLE_LIST, false},
	{"mtu", "MTU", LP_TABLE_LENGTH, LP_TABLE_WIDE},
	{"datagram_budget", "Datagram budget", LP_TABLE_LENGTH, LP_TABLE_WIDE},
	{"rtt_us", "Round trip to the relay", LP_TABLE_RTT_US, LP_TABLE_WIDE},
	{"session_age_ms", "Connected for", LP_TABLE_SPAN_MS, LP_TABLE_WIDE},
	{"reconnect_count", "Reconnects", LP_TABLE_NUMBER, LP_TABLE_WIDE},
	{"last_rx_age_ms", "Relay last heard", LP_TABLE_AGE_MS, LP_TABLE_WIDE},
	{"last_frame_rx_age_ms", "Last frame received", LP_TABLE_AGE_MS, LP_TABLE_WIDE},
	{"last_frame_tx_age_ms", "Last frame sent", LP_TABLE_AGE_MS, LP_TABLE_WIDE},
	{"last_broadcast_rx_age_ms", "Last broadcast received", LP_TABLE_AGE_MS, LP_TABLE_WIDE},
	{"last_broadcast_tx_age_ms", "Last broadcast sent", LP_TABLE_AGE_MS, LP_TABLE_WIDE},
	{"last_error", "Last error", LP_TABLE_TEXT, LP_TABLE_WIDE},
	{"waiting_for_restart", "Waiting for a restart", LP_TABLE_LIST, false},
};

static const struct lp_table_column room_columns[] = {
	{"code", "ROOM", LP_TABLE_TEXT, LP_TABLE_FLEXIBLE},
	{"client_count", "CLIENTS", LP_TABLE_NUMBER, false},
	{"max_clients", "MAX", LP_TABLE_NUMBER, false},
	{"gateway_present", "GATEWAY", LP_TABLE_YES_NO, false},
	{"mtu", "MTU", LP_TABLE_ID, LP_TABLE_RANK(1)},
	{"is_configured", "CONFIGURED", LP_TABLE_YES_NO, true},
	{"lan_mac_count", "LAN MACS", LP_TABLE_NUMBER, LP_TABLE_RANK(2)},
	{"frames_in", "FRAMES IN", LP_TABLE_NUMBER, false},
	{"frames_in_per_s", "PER S", LP_TABLE_NUMBER, LP_TABLE_OPTIONAL},
	{"copies_sent", "COPIES OUT", LP_TABLE_NUMBER, false},
	{"copies_sent_per_s", "PER S", LP_TABLE_NUMBER, LP_TABLE_OPTIONAL},
	{"drops", "DROPS", LP_TABLE_NUMBER, false},
};

/* What does not fit a line goes, the highest rank first. */
static const struct lp_table_column peer_columns[] = {
	{"room", "ROOM", LP_TABLE_TEXT, LP_TABLE_FLEXIBLE},
	{"peer_id", "ID", LP_TABLE_ID, false},
	{"role", "ROLE", LP_TABLE_TEXT, false},
	{"name", "NAME", LP_TABLE_TEXT, LP_TABLE_FLEXIBLE},
	{"mac", "MAC", LP_TABLE_TEXT, LP_TABLE_WIDE},
	{"addr", "ADDRESS", LP_TABLE_TEXT, LP_TABLE_RANK(6)},
	{"rtt_us", "RTT", LP_TABLE_RTT_US, LP_TABLE_RANK(2)},
	{"last_seen_age_ms", "LAST SEEN", LP_TABLE_AGE_MS, LP_TABLE_RANK(3)},
	{"connected_age_ms", "CONNECTED", LP_TABLE_SPAN_MS, LP_TABLE_WIDE},
	{"bytes_in", "IN", LP_TABLE_BYTES, false},
	{"bytes_in_per_s", "IN/S", LP_TABLE_BYTES, LP_TABLE_OPTIONAL},
	{"bytes_out", "OUT", LP_TABLE_BYTES, false},
	{"bytes_out_per_s", "OUT/S", LP_TABLE_BYTES, LP_TABLE_OPTIONAL},
	{"frames_in", "FRAMES IN", LP_TABLE_NUMBER, LP_TABLE_WIDE},
	{"copies_sent", "COPIES OUT", LP_TABLE_NUMBER, LP_TABLE_WIDE},
	{"queued_frames", "QUEUED", LP_TABLE_NUMBER, LP_TABLE_WIDE},
	{"datagram_budget", "BUDGET", LP_TABLE_ID, LP_TABLE_WIDE},
	{"datagrams_lost", "LOST", LP_TABLE_NUMBER, LP_TABLE_RANK(4)},
	{"drops_in", "DROPS IN", LP_TABLE_NUMBER, LP_TABLE_RANK(1)},
	{"drops_out", "DROPS OUT", LP_TABLE_NUMBER, LP_TABLE_RANK(1)},
	{"malformed", "MALFORMED", LP_TABLE_NUMBER, LP_TABLE_WIDE},
};

static const struct lp_table_column stat_columns[] = {
	{"name", "COUNTER", LP_TABLE_TEXT, false},
	{"value", "VALUE", LP_TABLE_COUNTER, false},
};

static const struct lp_table_column drop_columns[] = {
	{"reason", "REASON", LP_TABLE_TEXT, false},   {"action", "ACTION", LP_TABLE_TEXT, false},
	{"frames", "FRAMES", LP_TABLE_NUMBER, false}, {"copies", "COPIES", LP_TABLE_NUMBER, false},
	{"help", "MEANING", LP_TABLE_TEXT, false},
};

static const struct lp_table_column ban_columns[] = {
	{"room", "ROOM", LP_TABLE_TEXT, false},	      {"peer_id", "ID", LP_TABLE_ID, false},
	{"name", "NAME", LP_TABLE_TEXT, false},	      {"mac", "MAC", LP_TABLE_TEXT, false},
	{"left_ms", "LEFT", LP_TABLE_SPAN_MS, false}, {"by", "BY", LP_TABLE_TEXT, false},
	{"age_ms", "SINCE", LP_TABLE_SPAN_MS, true},
};

#define TITLE_LINES 4 /* with two empty lines, and the one of the prompt */

static const struct {
	const char *level;
	const char *mark;
	enum lp_table_colour colour;
} marks[] = {
	{"good", "  ok       ", LP_TABLE_GREEN},
	{"note", "  note     ", LP_TABLE_PLAIN},
	{"warn", "  warning  ", LP_TABLE_YELLOW},
	{"bad", "  problem  ", LP_TABLE_RED},
};

static int64_t number_of(struct json_object *object, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(object, key, &value) ? json_object_get_int64(value) : 0;
}

/* Prints a sentence; returns how many lines of the terminal it takes. */
static size_t print_line(const struct lp_table_style *style, struct json_object *line)
{
	const char *level = lp_table_text(line, "level");
	size_t mark = 1; /* a level of a later version is a note */

	for (size_t i = 0; i < LP_ARRAY_COUNT(marks); i++) {
		if (strcmp(marks[i].level, level) == 0)
			mark = i;
	}
	lp_table_write(style, marks[mark].colour, marks[mark].mark);
	return lp_table_wrap(style, strlen(marks[mark].mark), lp_table_text(line, "text"));
}

/* What runs for how long, then how it is doing in sentences, then the facts. */
static void print_status(const struct lp_table_style *style, bool shows_all,
			 struct json_object *status)
{
	static const struct lp_table_column uptime = {"uptime_ms", "", LP_TABLE_SPAN_MS, false};
	char cell[LP_TABLE_CELL_MAX], title[2 * LP_TABLE_CELL_MAX];
	struct json_object *lines;
	size_t count, used = TITLE_LINES;

	(void)shows_all;
	lp_table_format(&uptime, status, cell);
	snprintf(title, sizeof(title), "lanpartyd %s as %s, running for %s (pid %s)\n",
		 lp_table_text(status, "version"), lp_table_text(status, "role"), cell,
		 lp_table_text(status, "pid"));
	lp_table_write(style, LP_TABLE_BOLD, title);
	count = json_object_object_get_ex(status, "lines", &lines) ? lp_table_count(lines) : 0;
	if (count)
		fputc('\n', style->out);
	for (size_t i = 0; i < count; i++)
		used += print_line(style, json_object_array_get_idx(lines, i));
	/* Sentences come first, and what follows must not push them off the screen. */
	used += lp_table_count_facts(style, status_facts, LP_ARRAY_COUNT(status_facts), status);
	if (!style->is_wide && style->rows && used > style->rows)
		return;
	fputc('\n', style->out);
	lp_table_print_facts(style, status_facts, LP_ARRAY_COUNT(status_facts), status);
}

static void print_rooms(const struct lp_table_style *style, bool shows_all,
			struct json_object *rooms)
{
	(void)shows_all;
	if (lp_table_count(rooms))
		lp_table_print(style, room_columns, LP_ARRAY_COUNT(room_columns), rooms);
	else
		/* Without one in relay.rooms, rooms are open, or the relay would not have started.
		 */
		fputs("There is no room yet: whoever comes first opens one (relay.open_rooms).\n",
		      style->out);
}

static void print_peers(const struct lp_table_style *style, bool shows_all,
			struct json_object *peers)
{
	(void)shows_all;
	if (lp_table_count(peers))
		lp_table_print(style, peer_columns, LP_ARRAY_COUNT(peer_columns), peers);
	else
		fputs("Nobody is connected.\n", style->out);
}

static void print_stats(const struct lp_table_style *style, bool shows_all,
			struct json_object *stats)
{
	struct json_object *rows = json_object_new_array();

	(void)shows_all;
	if (json_object_is_type(stats, json_type_object)) {
		json_object_object_foreach(stats, name, value)
		{
			struct json_object *row = json_object_new_object();

			json_object_object_add(row, "name", json_object_new_string(name));
			json_object_object_add(row, "value", json_object_get(value));
			json_object_array_add(rows, row);
		}
	}
	lp_table_print(style, stat_columns, LP_ARRAY_COUNT(stat_columns), rows);
	json_object_put(rows);
}

/* There are some forty reasons: those that never hit are shown only when asked for. */
static void print_drops(const struct lp_table_style *style, bool shows_all,
			struct json_object *drops)
{
	struct json_object *rows = json_object_new_array();

	for (size_t i = 0; i < lp_table_count(drops); i++) {
		struct json_object *drop = json_object_array_get_idx(drops, i);

		if (shows_all || number_of(drop, "frames") || number_of(drop, "copies"))
			json_object_array_add(rows, json_object_get(drop));
	}
	if (lp_table_count(rows))
		lp_table_print(style, drop_columns, LP_ARRAY_COUNT(drop_columns), rows);
	else
		fputs("Nothing was dropped.\n", style->out);
	json_object_put(rows);
}

static void print_bans(const struct lp_table_style *style, bool shows_all, struct json_object *bans)
{
	(void)shows_all;
	if (lp_table_count(bans))
		lp_table_print(style, ban_columns, LP_ARRAY_COUNT(ban_columns), bans);
	else
		fputs("Nobody is banned.\n", style->out);
}

/* Which rows are the same thing, and what of them is counted. */
static const char *const peer_keys[] = {"room", "peer_id", NULL};
static const char *const peer_counters[] = {"bytes_in", "bytes_out", NULL};
static const char *const room_keys[] = {"code", NULL};
static const char *const room_counters[] = {"frames_in", "copies_sent", NULL};

static const struct lp_view views[] = {
	{"status", false, print_status, NULL, NULL},
	{"rooms", false, print_rooms, room_keys, room_counters},
	{"peers", true, print_peers, peer_keys, peer_counters},
	{"stats", false, print_stats, NULL, NULL},
	{"drops", true, print_drops, NULL, NULL},
	{"bans", true, print_bans, NULL, NULL},
};

const struct lp_view *lp_view_find(const char *command)
{
	for (size_t i = 0; i < LP_ARRAY_COUNT(views); i++) {
		if (strcmp(views[i].command, command) == 0)
			return &views[i];
	}
	return NULL;
}

void lp_view_print(const struct lp_view *view, const struct lp_table_style *style, bool shows_all,
		   struct json_object *answer)
{
	struct json_object *content;

	if (json_object_object_get_ex(answer, view->command, &content))
		view->print(style, shows_all, content);
}

/* --- rates --- */

static bool is_same(const char *const *keys, struct json_object *a, struct json_object *b)
{
	while (*keys && strcmp(lp_table_text(a, *keys), lp_table_text(b, *keys)) == 0)
		keys++;
	return !*keys;
}

/* The row of `rows` for the same thing as `row`, mostly at the same place. */
static struct json_object *find_row(const char *const *keys, struct json_object *rows, size_t place,
				    struct json_object *row)
{
	size_t count = lp_table_count(rows);

	for (size_t i = 0; i < count; i++) {
		struct json_object *other = json_object_array_get_idx(rows, (place + i) % count);

		if (is_same(keys, row, other))
			return other;
	}
	return NULL;
}

static void add_rate(struct json_object *row, struct json_object *before, const char *counter,
		     uint64_t elapsed_ms)
{
	int64_t grown = number_of(row, counter) - number_of(before, counter);
	char key[64];

	/* A counter that fell is another one: the daemon, or the peer, has begun anew. */
	if (grown < 0)
		return;
	snprintf(key, sizeof(key), "%s_per_s", counter);
	json_object_object_add(
		row, key,
		json_object_new_int64((int64_t)((double)grown * 1000 / (double)elapsed_ms + 0.5)));
}

void lp_view_add_rates(const struct lp_view *view, struct json_object *answer,
		       struct json_object *before, uint64_t elapsed_ms)
{
	struct json_object *rows = NULL, *old_rows = NULL;

	if (!view->keys || !elapsed_ms)
		return;
	json_object_object_get_ex(answer, view->command, &rows);
	json_object_object_get_ex(before, view->command, &old_rows);
	for (size_t i = 0; i < lp_table_count(rows); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);
		struct json_object *old = json_object_is_type(row, json_type_object)
						  ? find_row(view->keys, old_rows, i, row)
						  : NULL;

		for (const char *const *counter = view->counters; old && *counter; counter++)
			add_rate(row, old, *counter, elapsed_ms);
	}
}
