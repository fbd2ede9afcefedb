/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What the encoder and the decoder of control messages share: the names that a record consists of.
 */
#ifndef LP_WIRE_MESSAGE_FIELDS_H
#define LP_WIRE_MESSAGE_FIELDS_H

#include "wire/message.h"

#include <stddef.h>

struct json_object;

/* The only mode of version 1 (C3). */
#define LP_MODE_ETHERNET "ethernet"

/* Who has dropped them (drops). */
#define LP_BY_RELAY   "relay"
#define LP_BY_GATEWAY "gateway"

#define LP_EPOCH_DIGITS 16 /* hexadecimal */

struct lp_feature_name {
	enum lp_feature feature;
	const char *name;
};

#define LP_FEATURE_COUNT 2
extern const struct lp_feature_name lp_feature_names[LP_FEATURE_COUNT];

/* The JSON object that is the whole of json[len], for json_object_put; NULL with *why set. */
struct json_object *lp_message_parse(const char *json, size_t len, const char **why);

/* Base64url (RFC 4648 §5), padded or not. */
bool lp_ticket_is_valid(const char *ticket);

#endif
