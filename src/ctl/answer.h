/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Asking the daemon, and what comes of it: a good answer, or one sentence with the remedy.
 *
 * What answers at the socket may be anything. Nothing of it is printed as it came: an answer is
 * read as one JSON object of bounded size and depth, and with --json printed anew. With --json a
 * failure of any kind is such an object too, on the standard output.
 */
#ifndef LP_CTL_ANSWER_H
#define LP_CTL_ANSWER_H

#include "base/err.h"
#include "ctl/command.h"

#include <json-c/json.h>

/* Says what went wrong and returns exit_code; its name is the code of the JSON object. */
enum lp_ctl_exit lp_answer_fail(const struct lp_ctl *ctl, enum lp_ctl_exit exit_code,
				const char *format, ...) LP_PRINTF(3, 4);

/* The same for an error of lp_ask_*. */
enum lp_ctl_exit lp_answer_fail_to_ask(const struct lp_ctl *ctl, enum lp_err err);

/* A request without arguments, to be completed; lp_answer_ask() takes it. */
struct json_object *lp_answer_request(const char *command);

/* Adds a member; text NULL = adds none. */
void lp_answer_add_text(struct json_object *request, const char *key, const char *text);

/*
 * Asks one thing, and prints the answer if it is to be JSON. Takes request; *answer is given unless
 * the result is another than LP_CTL_OK, which was said then.
 */
enum lp_ctl_exit lp_answer_ask(const struct lp_ctl *ctl, struct json_object *request,
			       struct json_object **answer);

/* The same with a line that has come in answer to that command. */
enum lp_ctl_exit lp_answer_take(const struct lp_ctl *ctl, const char *command, const char *line,
				struct json_object **answer);

/* Each text of the array under key as a sentence of its own, on ctl->err. */
void lp_answer_show_lines(const struct lp_ctl *ctl, struct json_object *object, const char *key);

/* Prints an object as one line in which nothing steers a terminal. Takes object. */
void lp_answer_print(const struct lp_ctl *ctl, struct json_object *object);

/* Is all that was printed where it should be? Says what is wrong, but not of a closed pipe. */
enum lp_ctl_exit lp_answer_finish(const struct lp_ctl *ctl, enum lp_ctl_exit exit_code);

#endif
