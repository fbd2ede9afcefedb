/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "config.h"

#include "conf/schema.h"

#include "base/addr.h"
#include "base/mem.h"
#include "frame/policy.h"

#include <ctype.h>
#include <string.h>

#define KIB	1024ULL
#define MIB	(1024 * KIB)
#define GIB	(1024 * MIB)
#define SECOND	1000ULL
#define MINUTE	(60 * SECOND)
#define HOUR	(60 * MINUTE)
#define MILLION 1000000ULL

static const char *role_choice(int value)
{
	return lp_conf_role_name((enum lp_conf_role)value);
}

static const char *level_choice(int value)
{
	return lp_log_level_name((enum lp_log_level)value);
}

static const char *target_choice(int value)
{
	return value == LP_LOG_SYSLOG ? "syslog" : "stderr";
}

static const char *policy_choice(int value)
{
	return lp_policy_flag_name((enum lp_policy_flag)value);
}

/* Neither a multicast group nor the broadcast address; nothing at all is any address of ours. */
static bool is_one_host(const struct lp_addr *addr)
{
	if (addr->family == LP_ADDR_IP4)
		return addr->ip[0] < 224;
	return addr->family != LP_ADDR_IP6 || addr->ip[0] != 0xff;
}

static const char *listen_fault(const char *text)
{
	struct lp_listen listen;

	if (lp_listen_parse(text, &listen) == LP_OK)
		return is_one_host(&listen.addr)
			       ? NULL
			       : "is not the address of one machine: write one of this machine's, "
				 "or the port alone: \"443/udp\"";
	return "is no place to listen: write \"443/udp\", \"192.0.2.1:443\" or "
	       "\"[2001:db8::1]:443\"";
}

static const char *relay_fault(const char *text)
{
	struct lp_hostport relay;

	if (lp_hostport_parse(text, &relay) == LP_OK)
		return NULL;
	return "is no name or address of a relay: write \"party.example.org\", "
	       "\"192.0.2.1:443\" or \"[2001:db8::1]:443\"";
}

static const char *host_fault(const char *text)
{
	struct lp_hostport host;

	if (lp_hostport_parse(text, &host) == LP_OK && strcmp(host.host, text) == 0)
		return NULL;
	return "is no host name: write \"party.example.org\", without a port";
}

static const char *prefix_fault(const char *text)
{
	struct lp_prefix prefix;

	if (lp_prefix_parse(text, &prefix) == LP_OK)
		return NULL;
	return "is no IP prefix: write \"192.168.1.0/24\"";
}

static const char *room_fault(const char *text)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789._-";

	if (text[strspn(text, allowed)] == '\0')
		return NULL;
	return "is no room code: use 1 to 64 of A-Z a-z 0-9 . _ -";
}

static const char *secret_fault(const char *text)
{
	(void)text;
	return "rooms with a secret are not supported yet: remove this line";
}

/*
 * Six pairs of hexadecimal digits, all with ':' or all with '-' between them; the address of one
 * station, which a group has an odd first octet to tell from, and nobody has all zeros.
 */
static const char *mac_fault(const char *text)
{
	static const char why[] = "is no MAC address: write \"auto\" or \"02:00:5e:10:00:01\"";
	static const char odd[] = "13579bBdDfF";

	if (strcmp(text, "auto") == 0)
		return NULL;
	if (strlen(text) != 17 || (text[2] != ':' && text[2] != '-'))
		return why;
	for (size_t i = 0; i < 17; i++) {
		if (i % 3 == 2 ? text[i] != text[2] : !isxdigit((unsigned char)text[i]))
			return why;
	}
	if (strchr(odd, text[1]) != NULL || text[strspn(text, "0:-")] == '\0')
		return "is not the address of one station: write \"auto\" or a unicast address "
		       "such "
		       "as \"02:00:5e:10:00:01\"";
	return NULL;
}

/* "sha256:" and 32 bytes: 64 hexadecimal digits, or base64 with or without its one '='. */
static const char *pin_fault(const char *text)
{
	static const char hex[] = "0123456789abcdefABCDEF";
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789+/";
	static const char scheme[] = "sha256:";
	const char *digits = text + sizeof(scheme) - 1;

	if (strncmp(text, scheme, sizeof(scheme) - 1) == 0) {
		const size_t base64_len = strspn(digits, base64);

		if (strlen(digits) == 64 && strspn(digits, hex) == 64)
			return NULL;
		if (base64_len == 43 && (digits[43] == '\0' || strcmp(digits + 43, "=") == 0))
			return NULL;
	}
	return "is no pin: copy the whole \"sha256:...\" that the relay prints at start";
}

/* A TAP may have other names on other systems; the wired interface is one of this kernel's. */
static const char *interface_fault(const char *text)
{
	if (text[strcspn(text, "/ :%")] == '\0' && strcmp(text, ".") != 0 &&
	    strcmp(text, "..") != 0)
		return NULL;
	return "is no name of a network interface: look at the output of \"ip link\"";
}

#define FIELD(member)                                                                              \
	.offset = offsetof(struct lp_conf, member), .size = sizeof(((struct lp_conf *)0)->member)
#define ROOM(member)                                                                               \
	.offset = offsetof(struct lp_conf_room, member),                                           \
	.size = sizeof(((struct lp_conf_room *)0)->member)
#define COUNT(member)	 .count_offset = offsetof(struct lp_conf, member)
#define RANGE(low, high) .min = (low), .max = (high)
#define PATH_LENGTH	 RANGE(1, 4095)
#define NAMES(object)	 .names = LP_CONF_OBJECT_##object
#define YES_NO		 RANGE(0, 1)
#define POLICY_WORDS	 RANGE(0, LP_POLICY_FLAG__COUNT - 1)
#define UNSET		 NULL
#define RELAY		 LP_SCHEMA_RELAY
#define GATEWAY		 LP_SCHEMA_GATEWAY
#define CLIENT		 LP_SCHEMA_CLIENT
#define ALL		 (RELAY | GATEWAY | CLIENT)
#define RELOAD		 LP_CONF_EFFECT_NOW
#define EMPTY_ROOMS	 LP_CONF_EFFECT_EMPTY_ROOMS
#define NEW_CONNS	 LP_CONF_EFFECT_NEW_CONNS
#define RESTART		 LP_CONF_EFFECT_RESTART

/* ROW(path, type, member, default, roles, when a reload counts, help, range and what else it has)
 */
#define ROW(path_, type_, member_, fallback_, roles_, effect_, help_, ...)                         \
	{                                                                                          \
		.path = path_, .type = LP_SCHEMA_##type_, member_, .fallback = fallback_,          \
		.roles = roles_, .effect = effect_, .help = help_, __VA_ARGS__                     \
	}

/* How much of something in a second, at the relay. */
#define PER_S_ROW(path, member, fallback, help)                                                    \
	ROW(path, NUMBER, FIELD(member), fallback, RELAY, RELOAD, help, RANGE(1, 1000 * MILLION),  \
	    .or_zero = true)
#define BYTES_PER_S_ROW(path, member, help)                                                        \
	ROW(path, SIZE, FIELD(member), "0", RELAY, RELOAD, help, RANGE(KIB, 1024 * GIB),           \
	    .or_zero = true)

/* What gateway and client share: how to find, trust and enter a room on a relay. */
#define SESSION_ROWS(section, role)                                                                \
	ROW(#section ".relay", TEXT, FIELD(section.session.relay), UNSET, role, RESTART,           \
	    "where the relay is: name or address, port 443 unless said", RANGE(1, 320),            \
	    .fault = relay_fault, .is_required = true),                                            \
		ROW(#section ".server_name", TEXT, FIELD(section.session.server_name), UNSET,      \
		    role, RESTART,                                                                 \
		    "name that the relay's certificate must carry; unless said, the host in "      \
		    "\"relay\"",                                                                   \
		    RANGE(1, LP_HOST_MAX), .fault = host_fault),                                   \
		ROW(#section ".room", TEXT, FIELD(section.session.room), UNSET, role, RESTART,     \
		    "code of the room to join: 1 to 64 of A-Z a-z 0-9 . _ -, case does not "       \
		    "matter",                                                                      \
		    RANGE(1, 64), .fault = room_fault, .is_required = true),                       \
		ROW(#section ".name", TEXT, FIELD(section.session.name), UNSET, role, RESTART,     \
		    "name shown to the others; unless said, the name of this machine",             \
		    RANGE(1, 64)),                                                                 \
		ROW(#section ".udp_payload_max", NUMBER, FIELD(section.session.udp_payload_max),   \
		    "0", role, RESTART,                                                            \
		    "largest UDP payload to try on the path, in bytes; 0 = 1472",                  \
		    RANGE(1200, 9000), .or_zero = true),                                           \
		ROW(#section ".fragments", BOOL, FIELD(section.session.fragments), "true", role,   \
		    RESTART, "cut frames that do not fit a packet, where the room allows it",      \
		    YES_NO),                                                                       \
		ROW(#section ".trust.pin", TEXT, FIELD(section.session.pin), UNSET, role, RESTART, \
		    "trust the relay with this key: the sha256:... that it prints at start",       \
		    RANGE(1, 128), .fault = pin_fault),                                            \
		ROW(#section ".trust.ca_file", TEXT, FIELD(section.session.ca_file), UNSET, role,  \
		    RESTART,                                                                       \
		    "trust the certificates in this file; with neither pin nor ca_file, the "      \
		    "system's CAs",                                                                \
		    PATH_LENGTH, NAMES(FILE))

const struct lp_schema_key lp_schema[] = {
	ROW("role", CHOICE, FIELD(role), UNSET, ALL, RESTART,
	    "what this machine is: \"relay\", \"gateway\" or \"client\"", .choice = role_choice,
	    RANGE(LP_CONF_ROLE_RELAY, LP_CONF_ROLE_CLIENT)),
	ROW("state_dir", TEXT, FIELD(state_dir), LP_STATE_PATH, ALL, RESTART,
	    "folder for what must survive a restart: keys, identity, tickets", PATH_LENGTH,
	    NAMES(FOLDER)),
	ROW("user", TEXT, FIELD(user), UNSET, ALL, RESTART,
	    "user to become after the start; unless said, stay", RANGE(1, 32), NAMES(USER)),
	ROW("batching", BOOL, FIELD(batching), "true", ALL, RELOAD,
	    "handle frames in batches, 0.2 ms apart, where many come, which costs less", YES_NO),
	ROW("busy_poll", BOOL, FIELD(busy_poll), "true", ALL, RELOAD,
	    "look for an answer that is near instead of sleeping, which is faster", YES_NO),
	ROW("log.level", CHOICE, FIELD(log.level), "info", ALL, RELOAD,
	    "how much is logged: \"error\", \"warn\", \"info\" or \"debug\"",
	    .choice = level_choice, RANGE(LP_LOG_ERROR, LP_LOG_DEBUG)),
	ROW("log.target", CHOICE, FIELD(log.target), "stderr", ALL, RELOAD,
	    "where log lines go: \"stderr\" or \"syslog\"", .choice = target_choice,
	    RANGE(LP_LOG_STDERR, LP_LOG_SYSLOG)),
	ROW("control.socket", TEXT, FIELD(control.socket), LP_CONTROL_PATH, ALL, RESTART,
	    "socket that lanpartyctl talks to", RANGE(1, 107)),
	ROW("control.group", TEXT, FIELD(control.group), UNSET, ALL, RESTART,
	    "group that may use the socket, beside its owner", RANGE(1, 32), NAMES(GROUP)),

	ROW("relay.listen", TEXT, FIELD(relay.listen), "443/udp", RELAY, RESTART,
	    "UDP port on all addresses, or one address and port", RANGE(1, 128),
	    .fault = listen_fault),
	ROW("relay.workers", NUMBER, FIELD(relay.workers), "1", RELAY, RESTART,
	    "threads that forward; all of a room is on one of them", RANGE(1, 64)),
	ROW("relay.certificate", TEXT, FIELD(relay.certificate), UNSET, RELAY, NEW_CONNS,
	    "PEM file of the certificate chain; unless said, one is made once and kept",
	    PATH_LENGTH, NAMES(FILE)),
	ROW("relay.key", TEXT, FIELD(relay.key), UNSET, RELAY, NEW_CONNS,
	    "PEM file of the key that belongs to the certificate", PATH_LENGTH, NAMES(FILE)),
	ROW("relay.certificate_out", TEXT, FIELD(relay.certificate_out), UNSET, RELAY, RESTART,
	    "file to write the certificate to, as DER, for ca_file of the others", PATH_LENGTH),
	ROW("relay.name", TEXT, FIELD(relay.name), UNSET, RELAY, RESTART,
	    "host name in the self-made certificate; unless said, \"lanparty\"",
	    RANGE(1, LP_HOST_MAX), .fault = host_fault),
	ROW("relay.open_rooms", BOOL, FIELD(relay.open_rooms), "false", RELAY, RELOAD,
	    "anybody may open a room by joining it; else only those in relay.rooms exist", YES_NO),
	ROW("relay.mtu", NUMBER, FIELD(relay.mtu), "0", RELAY, EMPTY_ROOMS,
	    "MTU of rooms that say nothing; 0 = 1500 with fragments, 1398 without",
	    RANGE(576, 1500), .or_zero = true),
	ROW("relay.fragments", BOOL, FIELD(relay.fragments), "true", RELAY, EMPTY_ROOMS,
	    "frames may be cut to fit packets, in rooms that say nothing", YES_NO),
	ROW("relay.frame_log", BOOL, FIELD(relay.frame_log), "false", RELAY, RELOAD,
	    "a log line for every frame, in rooms that say nothing", YES_NO),
	ROW("relay.policy", WORDS, FIELD(relay.policy), UNSET, RELAY, RELOAD,
	    "what players may send beside what is safe, in rooms that say nothing",
	    .choice = policy_choice, POLICY_WORDS),
	ROW("relay.rooms", ROOMS, FIELD(relay.rooms), UNSET, RELAY, RELOAD,
	    "the rooms of this relay", COUNT(relay.room_count), RANGE(0, 65536)),
	ROW("relay.rooms.code", TEXT, ROOM(code), UNSET, RELAY, RELOAD,
	    "what players enter to join: 1 to 64 of A-Z a-z 0-9 . _ -, case does not matter",
	    RANGE(1, 64), .fault = room_fault, .is_required = true),
	ROW("relay.rooms.max_clients", NUMBER, ROOM(max_clients), "0", RELAY, RELOAD,
	    "clients that fit in; 0 = as relay.limits.clients_per_room says", RANGE(1, 4096),
	    .or_zero = true),
	ROW("relay.rooms.mtu", NUMBER, ROOM(mtu), UNSET, RELAY, EMPTY_ROOMS,
	    "MTU that players' adapters get; unless said, relay.mtu", RANGE(576, 1500),
	    .or_zero = true),
	ROW("relay.rooms.fragments", BOOL, ROOM(fragments), UNSET, RELAY, EMPTY_ROOMS,
	    "frames may be cut to fit packets; unless said, relay.fragments", YES_NO),
	ROW("relay.rooms.secret", TEXT, ROOM(secret), UNSET, RELAY, RELOAD,
	    "reserved: rooms with a secret are not supported yet, and setting it is refused",
	    RANGE(0, 4095), .fault = secret_fault, .is_secret = true),
	ROW("relay.rooms.frame_log", BOOL, ROOM(frame_log), UNSET, RELAY, RELOAD,
	    "a log line for every frame; unless said, relay.frame_log", YES_NO),
	ROW("relay.rooms.policy", WORDS, ROOM(policy), UNSET, RELAY, RELOAD,
	    "what players may send beside what is safe; unless said, relay.policy",
	    .choice = policy_choice, POLICY_WORDS),
	ROW("relay.limits.rooms", NUMBER, FIELD(relay.limits.rooms), "256", RELAY, RELOAD,
	    "rooms at a time", RANGE(1, 65536)),
	ROW("relay.limits.clients_per_room", NUMBER, FIELD(relay.limits.clients_per_room), "64",
	    RELAY, RELOAD, "clients of a room that says nothing", RANGE(1, 4096)),
	ROW("relay.limits.half_open", NUMBER, FIELD(relay.limits.half_open), "1000", RELAY, RELOAD,
	    "handshakes in progress; more are not answered", RANGE(1, 1000000)),
	ROW("relay.limits.retry_above", NUMBER, FIELD(relay.limits.retry_above), "100", RELAY,
	    RELOAD, "handshakes in progress above which a new peer must prove its address first",
	    RANGE(0, 1000000)),
	ROW("relay.limits.malformed", NUMBER, FIELD(relay.limits.malformed), "64", RELAY, RELOAD,
	    "malformed datagrams that a peer may send in 10 s", RANGE(1, 1000000)),
	ROW("relay.limits.queue_bytes", SIZE, FIELD(relay.limits.queue_bytes), "1M", RELAY,
	    NEW_CONNS, "bytes that may wait for one peer; the oldest go first",
	    RANGE(16 * KIB, GIB)),
	ROW("relay.limits.queue_age", TIME, FIELD(relay.limits.queue_age_ms), "250ms", RELAY,
	    NEW_CONNS, "how long a frame may wait for its peer; a bare number counts milliseconds",
	    RANGE(10, 10 * SECOND), .unit_ms = 1),
	ROW("relay.limits.pool_frames", NUMBER, FIELD(relay.limits.pool_frames), "16384", RELAY,
	    RESTART, "frame buffers of each worker", RANGE(256, 1048576)),
	PER_S_ROW("relay.limits.client_broadcast_per_s", relay.limits.client_broadcast_per_s, "100",
		  "broadcast and multicast frames of a client in a second; 0 = no limit"),
	PER_S_ROW("relay.limits.client_unknown_per_s", relay.limits.client_unknown_per_s, "50",
		  "frames of a client to a MAC that nobody has, in a second; 0 = no limit"),
	BYTES_PER_S_ROW("relay.limits.client_bytes_per_s", relay.limits.client_bytes_per_s,
			"bytes of a client in a second; 0 = no limit"),
	PER_S_ROW("relay.limits.room_broadcast_per_s", relay.limits.room_broadcast_per_s, "1000",
		  "the same of all clients of a room: broadcast and multicast frames"),
	PER_S_ROW("relay.limits.room_unknown_per_s", relay.limits.room_unknown_per_s, "500",
		  "the same of all clients of a room: frames to a MAC that nobody has"),
	BYTES_PER_S_ROW("relay.limits.room_bytes_per_s", relay.limits.room_bytes_per_s,
			"the same of all clients of a room: bytes"),
	PER_S_ROW("relay.limits.gateway_broadcast_per_s", relay.limits.gateway_broadcast_per_s,
		  "1000", "broadcast and multicast frames of a gateway in a second; 0 = no limit"),

	SESSION_ROWS(gateway, GATEWAY),
	ROW("gateway.interface", TEXT, FIELD(gateway.interface), UNSET, GATEWAY, RESTART,
	    "wired interface that is on the LAN", RANGE(1, 15), .fault = interface_fault,
	    NAMES(NIC), .is_required = true),
	ROW("gateway.lan_prefixes", TEXTS, FIELD(gateway.lan_prefixes), UNSET, GATEWAY, RESTART,
	    "IP prefixes of the LAN, told to players; unless said, those of the interface",
	    COUNT(gateway.lan_prefix_count), RANGE(0, 8), .fault = prefix_fault),
	ROW("gateway.cam_refresh", TIME, FIELD(gateway.cam_refresh_ms), "60s", GATEWAY, RELOAD,
	    "how often the LAN's switches are reminded of the players' MACs; a bare number counts "
	    "seconds",
	    RANGE(SECOND, HOUR), .unit_ms = SECOND),
	ROW("gateway.broadcast_per_s", NUMBER, FIELD(gateway.broadcast_per_s), "1000", GATEWAY,
	    RELOAD,
	    "broadcast and multicast frames of the LAN to the relay, in a second; 0 = no "
	    "limit",
	    RANGE(1, 1000 * MILLION), .or_zero = true),
	ROW("gateway.probe_lan", BOOL, FIELD(gateway.probe_lan), "false", GATEWAY, RELOAD,
	    "ask the LAN for an address that a player claims and nobody was heard to use", YES_NO),
	ROW("gateway.frame_log", BOOL, FIELD(gateway.frame_log), "false", GATEWAY, RELOAD,
	    "a log line for every frame between LAN and relay", YES_NO),

	SESSION_ROWS(client, CLIENT),
	ROW("client.tap", TEXT, FIELD(client.tap), "lanparty0", CLIENT, RESTART,
	    "name of the TAP adapter", RANGE(1, 255), NAMES(TAP)),
	ROW("client.mac", TEXT, FIELD(client.mac), "auto", CLIENT, RESTART,
	    "MAC address of the TAP adapter; \"auto\" = made once and kept", RANGE(1, 17),
	    .fault = mac_fault),
	ROW("client.routes", BOOL, FIELD(client.routes), "true", CLIENT, RESTART,
	    "pin the route to the relay, send broadcasts to the party, take no default route from "
	    "it; undone at the end",
	    YES_NO),
};

const size_t lp_schema_count = LP_ARRAY_COUNT(lp_schema);

const struct lp_schema_key *lp_schema_find(const char *path)
{
	for (size_t i = 0; i < lp_schema_count; i++) {
		if (strcmp(lp_schema[i].path, path) == 0)
			return &lp_schema[i];
	}
	return NULL;
}

bool lp_schema_is_group(const char *path)
{
	const size_t len = strlen(path);

	if (lp_schema_find(path) != NULL)
		return false;
	for (size_t i = 0; i < lp_schema_count; i++) {
		if (strncmp(lp_schema[i].path, path, len) == 0 && lp_schema[i].path[len] == '.')
			return true;
	}
	return false;
}

bool lp_schema_is_room_key(const struct lp_schema_key *key)
{
	return strncmp(key->path, LP_SCHEMA_ROOM_PREFIX, sizeof(LP_SCHEMA_ROOM_PREFIX) - 1) == 0;
}

const char *lp_schema_name(const struct lp_schema_key *key)
{
	const char *dot = strrchr(key->path, '.');

	return dot == NULL ? key->path : dot + 1;
}

const char *lp_conf_role_name(enum lp_conf_role role)
{
	switch (role) {
	case LP_CONF_ROLE_RELAY:
		return "relay";
	case LP_CONF_ROLE_GATEWAY:
		return "gateway";
	case LP_CONF_ROLE_CLIENT:
		return "client";
	case LP_CONF_ROLE_NONE:
		break;
	}
	return "none";
}

const char *lp_conf_effect_name(enum lp_conf_effect effect)
{
	switch (effect) {
	case LP_CONF_EFFECT_NOW:
		return "now";
	case LP_CONF_EFFECT_EMPTY_ROOMS:
		return "empty_rooms";
	case LP_CONF_EFFECT_NEW_CONNS:
		return "new_connections";
	case LP_CONF_EFFECT_RESTART:
		break;
	}
	return "restart";
}
