/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What each field of each answer of a role has to be, in each state that a party may be in.
 *
 * A truth is the value as JSON, or
 *   "a..b"   a number in that range
 *   "a|b"    one of two
 *   "~text"  a text that has this in it
 *   "=name"  what the test itself knows (sim_answers.c)
 * NULL = the member is not running, or its state has no such row.
 */
#ifndef LP_SIM_ANSWERS_H
#define LP_SIM_ANSWERS_H

#include <stddef.h>

enum member { CLIENT, GATEWAY, RELAY, MEMBER__COUNT };

enum state {
	IDLE,	    /* the relay's name is not known yet */
	CONNECTING, /* it does not answer */
	NO_GATEWAY,
	NO_LAN,
	WELL,
	STOPPED, /* the relay was */
	KICKED,	 /* client and gateway were */
	ABSENT,	 /* the client has died */
	STATE__COUNT
};

struct row {
	const char *field;
	const char *truths[STATE__COUNT];
};

/* The rows of an object. */
struct table {
	const struct row *rows;
	size_t count;
};

/* One answer: an object, or an array of objects that are told apart by a member of them. */
struct answer {
	enum member who;
	const char *command;
	const char *key; /* of the array's objects; NULL = the answer is an object … */
	const char *value;
	size_t counts[STATE__COUNT]; /* … else how many of them have this value */
	struct table table;
};

extern const struct answer answers[];
extern const size_t answer_count;

/* Sentences of status: "level text", in this order; the text's beginning is enough. */
#define SENTENCES_MAX 7
extern const char *const sentences[MEMBER__COUNT][STATE__COUNT][SENTENCES_MAX];

#endif
