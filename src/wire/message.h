/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Control messages: one JSON object a record on the control stream (C1-C14).
 *
 *   record = u32 length (network byte order, 0 = heartbeat, at most 16384) + JSON
 *
 * Unknown fields are ignored, unknown types are LP_MESSAGE_UNKNOWN, everything else that is not
 * right is an error. Of a repeated key the last counts. All bounds are bytes. lanparty-protocol(7),
 * "Control messages", is the other place that lists them.
 */
#ifndef LP_WIRE_MESSAGE_H
#define LP_WIRE_MESSAGE_H

#include "base/addr.h"
#include "base/err.h"
#include "frame/mac.h"
#include "frame/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_RECORD_MAX	     16384
#define LP_RECORD_HEADER_LEN 4
#define LP_ROOM_MAX	     64
#define LP_NAME_MAX	     64
#define LP_REASON_MAX	     64
#define LP_TEXT_MAX	     256
#define LP_TICKET_MAX	     512 /* sealed resume ticket, base64url text */
#define LP_LAN_PREFIXES_MAX  8
#define LP_DROPS_MAX	     8
#define LP_EXAMPLE_MAX	     64
#define LP_JSON_DEPTH_MAX    8
#define LP_SHARD_NONE	     (-1)

/* The largest counter on the wire: what every JSON implementation carries exactly (RFC 8259 §6). */
#define LP_COUNTER_MAX ((1ULL << 53) - 1)

enum lp_message_type {
	LP_MESSAGE_UNKNOWN,
	LP_MESSAGE_HELLO,
	LP_MESSAGE_WELCOME,
	LP_MESSAGE_REJECT,
	LP_MESSAGE_BUDGET,
	LP_MESSAGE_PEER_JOINED,
	LP_MESSAGE_PEER_LEFT,
	LP_MESSAGE_STATS,
	LP_MESSAGE_DISCONNECT,
	LP_MESSAGE_POLICY,
	LP_MESSAGE_LAN,
	LP_MESSAGE_DROPS,
	LP_MESSAGE__COUNT
};

enum lp_peer_role { LP_ROLE_CLIENT, LP_ROLE_GATEWAY };

/* "client", "gateway" */
const char *lp_peer_role_name(enum lp_peer_role role);

enum lp_feature {
	LP_FEATURE_FRAGMENTS = 1 << 0,
	LP_FEATURE_RESUME = 1 << 1,
};

/*
 * X(ENUM, "code", "sentence that a player can act on"). "auth" is for rooms with a secret, which
 * are still to come: it is spoken for, and sent by nobody yet.
 */
#define LP_REJECT_CODES(X)                                                                         \
	X(BAD_HELLO, "bad_hello", "the relay could not understand the hello")                      \
	X(VERSION, "version", "the relay speaks another protocol version: update lanparty")        \
	X(BAD_ROOM, "bad_room", "a room code is 1 to 64 of A-Z a-z 0-9 . _ -")                     \
	X(BAD_MAC, "bad_mac", "the MAC address is not that of one station")                        \
	X(NO_ROOM, "no_room", "the relay has no such room: check the room code")                   \
	X(ROOM_FULL, "room_full", "the room is full: ask the organiser for a larger one")          \
	X(RELAY_FULL, "relay_full", "the relay has no room left: try again later")                 \
	X(GATEWAY_EXISTS, "gateway_exists", "the room already has a gateway that is alive")        \
	X(MAC_IN_USE, "mac_in_use",                                                                \
	  "another live player of this room uses this MAC address: each PC needs an identity of "  \
	  "its own")                                                                               \
	X(PATH_TOO_SMALL, "path_too_small",                                                        \
	  "the network path carries too small packets: raise the MTU of this network, or VPN")     \
	X(NO_DATAGRAM, "no_datagram",                                                              \
	  "the QUIC connection has no DATAGRAM frames, or too small ones")                         \
	X(WRONG_SHARD, "wrong_shard", "another worker of the relay holds this room")               \
	X(AUTH, "auth", "the room wants a secret")                                                 \
	X(SHUTTING_DOWN, "shutting_down", "the relay is going down")                               \
	X(KICKED, "kicked", "the organiser kicked you from this room: ask them, or come back later")

enum lp_reject_code {
#define X(name, code, text) LP_REJECT_##name,
	LP_REJECT_CODES(X)
#undef X
		LP_REJECT__COUNT
};

const char *lp_reject_code_name(enum lp_reject_code code);
const char *lp_reject_code_text(enum lp_reject_code code);

struct lp_hello {
	int64_t version;
	enum lp_peer_role role;
	char room[LP_ROOM_MAX + 1];
	bool has_mac;		    /* a client must, a gateway may not need to */
	struct lp_mac mac;	    /* gateway: that of its NIC */
	char name[LP_NAME_MAX + 1]; /* of the person or host, printable, may be empty */
	uint64_t epoch;
	uint32_t datagram_budget;
	uint32_t features; /* enum lp_feature, bits */
	uint32_t lan_prefix_count;
	struct lp_prefix lan_prefixes[LP_LAN_PREFIXES_MAX];
	char resume[LP_TICKET_MAX + 1]; /* empty = none */
};

struct lp_welcome {
	uint16_t peer_id;
	char room[LP_ROOM_MAX + 1];
	char name[LP_NAME_MAX + 1]; /* the receiver's, as the others see it; "" = none */
	uint16_t mtu;
	bool gateway_present;
	uint32_t features;
	uint32_t policy; /* enum lp_policy_flag, bits: what the organiser allows in this room */
	uint32_t lan_prefix_count;
	struct lp_prefix lan_prefixes[LP_LAN_PREFIXES_MAX];
	char resume[LP_TICKET_MAX + 1];
};

struct lp_reject {
	enum lp_reject_code code;
	char message[LP_TEXT_MAX + 1];
	uint32_t retry_after_ms; /* 0 = no hint */
	int shard;		 /* LP_SHARD_NONE, or the byte that the CID should begin with */
};

struct lp_peer_joined {
	uint16_t peer_id;
	enum lp_peer_role role;
	bool has_mac;
	struct lp_mac mac;
	char name[LP_NAME_MAX + 1];
	uint64_t epoch;
	uint32_t features;
};

/* Why a peer left, where its own disconnect message does not say so. */
#define LP_LEFT_QUIT		"quit"		  /* closed its connection without a word */
#define LP_LEFT_CONNECTION_LOST "connection_lost" /* silence, or a connection that broke */
#define LP_LEFT_REPLACED	"replaced"	  /* an applicant took its place */
#define LP_LEFT_MALFORMED	"malformed"	  /* too many malformed datagrams */
#define LP_LEFT_PROTOCOL	"protocol"	  /* a bad control record, or the end of them */
#define LP_LEFT_KICKED		"kicked"	  /* by the admin of the relay */
#define LP_LEFT_ROOM_CLOSED	"room_closed"	  /* the room is no longer configured */
#define LP_LEFT_SHUTTING_DOWN	"shutting_down"	  /* the daemon that said so stops */

struct lp_peer_left {
	uint16_t peer_id;
	char reason[LP_REASON_MAX + 1];
};

/*
 * The tunnel counters of a peer (O3): one definition for control messages and local diagnostics.
 * frames_dropped[LP_VERDICT_FORWARD] is unused. Encoding cuts counters at LP_COUNTER_MAX.
 */
struct lp_stats {
	uint64_t frames_tx; /* towards the relay */
	uint64_t frames_rx;
	uint64_t frames_dropped[LP_VERDICT__COUNT];
};

struct lp_disconnect {
	char reason[LP_REASON_MAX + 1];
	uint32_t after_ms;
};

/* So many frames of a peer were dropped for one reason since the message before. */
struct lp_drop {
	enum lp_verdict reason;
	uint64_t frames;
	char example[LP_EXAMPLE_MAX + 1]; /* of the last one: an address, a type; "" = none */
};

/* A gateway tells the relay whose frames they were, the relay tells that peer by whom. */
struct lp_drops {
	uint16_t peer_id; /* whose; 0 = those of who hears it */
	bool is_by_gateway;
	uint32_t count;
	struct lp_drop drops[LP_DROPS_MAX];
};

struct lp_message {
	enum lp_message_type type;
	union {
		struct lp_hello hello;
		struct lp_welcome welcome;
		struct lp_reject reject;
		struct {
			uint32_t datagram_budget;
		} budget;
		struct lp_peer_joined peer_joined;
		struct lp_peer_left peer_left;
		struct lp_stats stats;
		struct lp_disconnect disconnect;
		uint32_t policy; /* as in the welcome */
		struct {
			bool is_connected; /* does the gateway reach its LAN? */
		} lan;
		struct lp_drops drops;
	};
};

/* "hello", "peer_joined" … */
const char *lp_message_type_name(enum lp_message_type type);

/*
 * Decodes the JSON of one record. *out is all zero but for what was there. On error *why names the
 * field or the fault in a few words (static text, for logs and the reject); a hello that is
 * recognisable as one has out->type == LP_MESSAGE_HELLO and its version even then, so that it can
 * be rejected with the right code: *code says which (untouched for other types).
 */
enum lp_err lp_message_decode(const uint8_t *json, size_t len, struct lp_message *out,
			      const char **why, enum lp_reject_code *code) LP_MUST_CHECK;

/*
 * Length prefix and JSON into out[cap]; *out_len gets the whole length. LP_ERR_INVALID for what
 * lp_message_decode would refuse as text, LP_ERR_TOO_LARGE above cap or LP_RECORD_MAX.
 */
enum lp_err lp_message_encode(const struct lp_message *message, uint8_t *out, size_t cap,
			      size_t *out_len) LP_MUST_CHECK;

/* May be the name of a peer or a sentence for one: UTF-8, every character printable. May be empty.
 */
bool lp_text_is_valid(const char *text);

/* Room code: 1 to 64 of A-Z a-z 0-9 . _ - (C9). */
bool lp_room_is_valid(const char *room);

/* Copies a valid room code in lower case: rooms are compared without case. */
void lp_room_fold(const char *room, char out[LP_ROOM_MAX + 1]);

/* MTU bounds (C12). */
bool lp_mtu_is_valid(int64_t mtu);

/*
 * Takes stream bytes in any portions and returns whole records. Zero-initialised is ready to use;
 * free with lp_record_fini. It has the memory that its largest record so far took, however long a
 * record is announced.
 */
struct lp_record_reader {
	uint8_t *buffer;
	size_t len;
	size_t capacity;
};

void lp_record_fini(struct lp_record_reader *reader);

/*
 * Consumes from data and len (both advance) until a record is whole: returns LP_OK with *json and
 * *json_len (0 = heartbeat), borrowed until the next call. LP_ERR_AGAIN when all is consumed and no
 * record is whole. LP_ERR_TOO_LARGE, from then on always, when a length above LP_RECORD_MAX was
 * announced: close.
 */
enum lp_err lp_record_next(struct lp_record_reader *reader, const uint8_t **data, size_t *len,
			   const uint8_t **json, size_t *json_len) LP_MUST_CHECK;

#endif
