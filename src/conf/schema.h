/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The schema: one row for each key of the configuration. Reading, checking, defaults, -o, -T and
 * the tests that hold etc/lanparty.conf and lanparty.conf(5) to it all work from these rows.
 */
#ifndef LP_CONF_SCHEMA_H
#define LP_CONF_SCHEMA_H

#include "conf/conf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lp_schema_type {
	LP_SCHEMA_TEXT,	 /* char *, NULL = not set */
	LP_SCHEMA_TEXTS, /* char ** and a count */
	LP_SCHEMA_BOOL,
	LP_SCHEMA_NUMBER, /* uint32_t or uint64_t */
	LP_SCHEMA_SIZE,	  /* the same, bytes: 20000, "20k", "1M" */
	LP_SCHEMA_TIME,	  /* uint64_t, milliseconds: 250, "250ms", "30s" */
	LP_SCHEMA_CHOICE, /* an enum whose values have names */
	LP_SCHEMA_WORDS,  /* uint32_t, the bits of an enum whose values have names */
	LP_SCHEMA_ROOMS,  /* struct lp_conf_room * and a count */
};

#define LP_SCHEMA_RELAY	  (1U << LP_CONF_ROLE_RELAY)
#define LP_SCHEMA_GATEWAY (1U << LP_CONF_ROLE_GATEWAY)
#define LP_SCHEMA_CLIENT  (1U << LP_CONF_ROLE_CLIENT)

/* Keys of one room have paths below this one, and offsets into struct lp_conf_room. */
#define LP_SCHEMA_ROOM_PREFIX "relay.rooms."

struct lp_schema_key {
	const char *path;
	enum lp_schema_type type;
	size_t offset; /* of the member, in struct lp_conf or struct lp_conf_room */
	size_t size;
	size_t count_offset;  /* TEXTS and ROOMS: of their size_t */
	const char *fallback; /* as it would stand in the file, without quotes; NULL = not set */
	uint64_t min; /* TEXT: length; TEXTS and ROOMS: how many; CHOICE, WORDS: first and last
			 value */
	uint64_t max;
	bool or_zero;	  /* 0 is allowed beside min to max */
	uint64_t unit_ms; /* TIME: what a bare number counts */
	/* What is wrong with a text, and what it should be; NULL = nothing. */
	const char *(*fault)(const char *text);
	const char *(*choice)(int value);
	enum lp_conf_object names;  /* TEXT: what should be on the machine under that name */
	unsigned roles;		    /* who uses it */
	bool is_required;	    /* the roles cannot start without it */
	bool is_secret;		    /* its value is never shown */
	enum lp_conf_effect effect; /* when a change that a reload finds counts */
	const char *help;	    /* what it is, for a person */
};

extern const struct lp_schema_key lp_schema[];
extern const size_t lp_schema_count;

/* The row of a whole path ("relay.limits.rooms", "relay.rooms.code"), or NULL. */
const struct lp_schema_key *lp_schema_find(const char *path);

/* Is it a group, such as "relay" or "client.trust"? */
bool lp_schema_is_group(const char *path);

/* Is it a key of one room? */
bool lp_schema_is_room_key(const struct lp_schema_key *key);

/* The part of the path behind the last dot. */
const char *lp_schema_name(const struct lp_schema_key *key);

#endif
