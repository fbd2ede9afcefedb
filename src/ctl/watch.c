/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* `watch`: the answers of one command as they come, also over a restart of the daemon. */

#include "base/clock.h"
#include "base/mem.h"
#include "ctl/answer.h"
#include "ctl/ask.h"
#include "ctl/view.h"

#include <string.h>
#include <unistd.h>

#define CLEAR_SCREEN "\033[H\033[J"
#define RETRY_MS     1000 /* at most, while the daemon is gone */

struct watch {
	const struct lp_ctl *ctl;
	const struct lp_view *view;
	const char *room;
	struct json_object *last; /* answer; NULL = none yet */
	uint64_t last_ns;
	bool is_told; /* that it is gone */
};

static struct json_object *make_request(const struct watch *watch)
{
	struct json_object *request = lp_answer_request("watch");

	lp_answer_add_text(request, "what", watch->view->command);
	lp_answer_add_text(request, "room", watch->room);
	json_object_object_add(request, "interval_ms",
			       json_object_new_int(watch->ctl->interval_ms));
	return request;
}

/* Prints an answer and keeps it to compare the next one with. Takes answer. */
static void show(struct watch *watch, struct json_object *answer)
{
	const struct lp_ctl *ctl = watch->ctl;
	uint64_t now = lp_clock_read().mono_ns;

	if (!ctl->is_json && ctl->is_terminal)
		fputs(CLEAR_SCREEN, ctl->style.out);
	else if (!ctl->is_json && watch->last)
		fputc('\n', ctl->style.out);
	if (watch->last)
		lp_view_add_rates(watch->view, answer, watch->last,
				  (now - watch->last_ns) / LP_NS_PER_MS);
	if (!ctl->is_json)
		lp_view_print(watch->view, &ctl->style, ctl->shows_all, answer);
	json_object_put(watch->last);
	watch->last = answer;
	watch->last_ns = now;
	watch->is_told = false;
}

/* Shows answers until the connection ends, or *exit_code says that all has. */
static enum lp_err follow(struct watch *watch, struct lp_ask *ask, enum lp_ctl_exit *exit_code)
{
	const struct lp_ctl *ctl = watch->ctl;
	enum lp_err err = lp_ask_send(ask, make_request(watch));

	/* Who is turned away finds the reason behind the closed door. */
	while (!err || err == LP_ERR_CLOSED) {
		struct json_object *answer;
		const char *line;

		err = lp_ask_line(ask, ctl->interval_ms + ctl->timeout_ms, &line);
		if (err)
			break;
		*exit_code = lp_answer_take(ctl, watch->view->command, line, &answer);
		if (*exit_code)
			return LP_OK;
		show(watch, answer);
		*exit_code = lp_answer_finish(ctl, LP_CTL_OK);
		if (*exit_code)
			return LP_OK;
	}
	return err;
}

/* Says once that the daemon is gone; false when what it is will not pass. */
static bool wait_for_it(struct watch *watch, enum lp_err err)
{
	const struct lp_ctl *ctl = watch->ctl;

	if (!watch->last ||
	    (err != LP_ERR_NOT_FOUND && err != LP_ERR_CLOSED && err != LP_ERR_TIMEOUT))
		return false;
	if (!watch->is_told && ctl->is_json)
		lp_answer_fail_to_ask(ctl, LP_ERR_NOT_FOUND);
	else if (!watch->is_told)
		fputs("\nlanpartyd is gone: waiting until it is back.\n", ctl->style.out);
	watch->is_told = true;
	if (lp_answer_finish(ctl, LP_CTL_OK))
		return false;
	usleep((useconds_t)LP_MIN(ctl->interval_ms, RETRY_MS) * 1000);
	return true;
}

static enum lp_ctl_exit run(struct watch *watch)
{
	for (;;) {
		enum lp_ctl_exit exit_code = LP_CTL_OK;
		struct lp_ask ask;
		enum lp_err err = lp_ask_init(&ask, watch->ctl->socket);

		if (!err) {
			err = follow(watch, &ask, &exit_code);
			lp_ask_fini(&ask);
		}
		if (exit_code)
			return exit_code;
		if (!wait_for_it(watch, err))
			return lp_answer_fail_to_ask(watch->ctl, err);
	}
}

enum lp_ctl_exit lp_ctl_watch(struct lp_ctl *ctl, char **argv)
{
	const char *what = argv[1] ? argv[1] : "status";
	struct watch watch = {
		.ctl = ctl,
		.view = lp_view_find(what),
		.room = argv[1] ? argv[2] : NULL,
	};
	enum lp_ctl_exit exit_code;

	if (!watch.view)
		return lp_answer_fail(ctl, LP_CTL_USAGE,
				      "watch shows status, rooms, peers, stats, drops or bans, not "
				      "\"%s\"",
				      what);
	if (watch.room && !watch.view->takes_room)
		return lp_answer_fail(ctl, LP_CTL_USAGE, "%s takes no room", what);
	exit_code = run(&watch);
	json_object_put(watch.last);
	return exit_code;
}
