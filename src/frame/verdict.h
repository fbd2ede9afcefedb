/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What became of a frame, or of one copy of it: one closed list for the whole program.
 *
 * Each reason has one counter, and one name in logs, JSON, metrics and man page. At every node
 *
 *   frames_in   = frames_forwarded + sum(frames_dropped[reason])
 *   copies_made = copies_sent + sum(copies_dropped[reason]) + copies_queued
 *
 * A frame is forwarded when at least one copy of it was made. Order and names are part of the
 * protocol between daemon and tools: append, never renumber.
 */
#ifndef LP_FRAME_VERDICT_H
#define LP_FRAME_VERDICT_H

#include <stdint.h>

/* The action of the frame log (O2): why classes of reasons are told apart. */
enum lp_action {
	LP_ACTION_FORWARDED,
	LP_ACTION_MALFORMED, /* bytes that make no frame or datagram */
	LP_ACTION_FILTERED,  /* safety policy */
	LP_ACTION_NO_TARGET, /* nobody to give it to */
	LP_ACTION_RATE_LIMITED,
	LP_ACTION_DROPPED, /* no room, no budget, no device */
	LP_ACTION__COUNT
};

/*
 * X(ENUM, "name", ACTION, "sentence for man page and lanpartyctl drops"). A new one is appended
 * here, and has its counter, its name and its row everywhere; lanpartyctl(1) lists it under DROP
 * REASONS, which test_verdict holds against this list. "feature" and "duplicate"
 * are for kinds and flags of datagrams that are spoken for (wire/datagram.h): nothing is dropped so
 * yet.
 */
#define LP_VERDICTS(X)                                                                             \
	X(FORWARD, "forward", FORWARDED, "passed on")                                              \
	X(RUNT, "runt", MALFORMED, "shorter than an Ethernet header")                              \
	X(MALFORMED, "malformed", MALFORMED, "not a datagram of this protocol")                    \
	X(OVERSIZE, "oversize", MALFORMED, "longer than the overlay carries")                      \
	X(BEFORE_WELCOME, "before_welcome", MALFORMED, "sent before the welcome")                  \
	X(FOREIGN_PEER_ID, "foreign_peer_id", MALFORMED, "carries the peer id of somebody else")   \
	X(INGRESS_BUDGET, "datagram_budget", MALFORMED, "larger than the sender's own budget")     \
	X(FRAGMENT_OVERLAP, "fragment_overlap", MALFORMED, "fragments that overlap or disagree")   \
	X(FRAGMENT_TIMEOUT, "fragment_timeout", DROPPED, "a fragment of it never came")            \
	X(FRAGMENT_TABLE, "fragment_table", DROPPED, "pushed out of the full table of fragments")  \
	X(INVALID_SOURCE, "invalid_source", FILTERED, "source MAC is a group address")             \
	X(SOURCE_MAC, "source_mac", FILTERED, "source MAC is not the announced one")               \
	X(JUMBO, "jumbo", FILTERED, "longer than 1514 bytes")                                      \
	X(L2_CONTROL, "l2_control", FILTERED, "switch control: STP, LLDP, pause and their like")   \
	X(VLAN_TAG, "vlan_tag", FILTERED, "carries a VLAN tag")                                    \
	X(LLC, "llc", FILTERED, "802.3 frame other than IPX, NetBIOS and AppleTalk")               \
	X(DHCP4_SERVER, "dhcp4_server", FILTERED, "DHCPv4 server or relay agent traffic")          \
	X(DHCP6_SERVER, "dhcp6_server", FILTERED, "DHCPv6 server or relay agent traffic")          \
	X(IP6_RA, "ipv6_ra", FILTERED, "IPv6 router advertisement or redirect")                    \
	X(IP6_FRAGMENT, "ipv6_fragment", FILTERED, "IPv6 fragment")                                \
	X(IP6_HEADER, "ipv6_header", FILTERED, "IPv6 header chain that cannot be followed")        \
	X(IP4_FRAGMENT, "ipv4_fragment", FILTERED, "IPv4 fragment that hides its ports")           \
	X(ETHERTYPE, "ethertype", FILTERED, "ethertype that does not belong on a party LAN")       \
	X(ADDRESS_CLAIM, "address_claim", FILTERED, "claims an address that lives on the LAN")     \
	X(LAN_MAC, "lan_mac", FILTERED, "uses a MAC that lives on the LAN")                        \
	X(LAN_TRANSFER, "lan_transfer", FILTERED, "bulk LAN transfer of a game launcher")          \
	X(LOOP, "loop", FILTERED, "came back from the LAN: a loop")                                \
	X(NO_TARGET, "no_target", NO_TARGET, "nobody in the room to give it to")                   \
	X(UNKNOWN_FROM_GATEWAY, "unknown_from_gateway", NO_TARGET, "for a MAC that is no peer's")  \
	X(NOT_FOR_US, "not_for_us", NO_TARGET, "unicast for another station")                      \
	X(SAME_SIDE, "same_side", NO_TARGET, "the target is where it came from")                   \
	X(RATE_BROADCAST, "rate_broadcast", RATE_LIMITED, "broadcast and multicast limit")         \
	X(RATE_UNKNOWN, "rate_unknown", RATE_LIMITED, "unknown unicast limit")                     \
	X(RATE_BANDWIDTH, "rate_bandwidth", RATE_LIMITED, "bandwidth limit")                       \
	X(TARGET_BUDGET, "target_budget", DROPPED, "does not fit the target's path")               \
	X(FEATURE, "feature", DROPPED, "the target does not speak this kind")                      \
	X(QUEUE_FULL, "queue_full", DROPPED, "the target's queue was full")                        \
	X(QUEUE_AGE, "queue_age", DROPPED, "waited too long in the target's queue")                \
	X(POOL_EMPTY, "pool_empty", DROPPED, "no frame buffer left")                               \
	X(PEER_GONE, "peer_gone", DROPPED, "the target left while it waited")                      \
	X(DEVICE, "device", DROPPED, "the device refused it")                                      \
	X(NOT_BRIDGING, "not_bridging", DROPPED, "no session to carry it")                         \
	X(DUPLICATE, "duplicate", DROPPED, "came a second time")                                   \
	X(IP4_HEADER, "ipv4_header", FILTERED, "IPv4 header that cannot be followed")              \
	X(IP4_REDIRECT, "ipv4_redirect", FILTERED, "IPv4 redirect or router advertisement")        \
	X(ADDRESS_PROBED, "address_probed", DROPPED,                                               \
	  "claims an address that the LAN is asked for: comes again if it is free")                \
	X(SOURCE_ZERO, "source_zero", FILTERED,                                                    \
	  "source MAC is all zeros, as of a raw wake-on-LAN")                                      \
	X(SOURCE_ADDRESS, "source_address", FILTERED,                                              \
	  "sent from an address that lives on the LAN")                                            \
	X(INFRASTRUCTURE, "infrastructure", FILTERED, "what only switches and routers say")        \
	X(DHCP4_CHADDR, "dhcp4_chaddr", FILTERED,                                                  \
	  "DHCPv4 request in the name of another machine, or that cannot be followed")             \
	X(DHCP_NAME, "dhcp_name", FILTERED,                                                        \
	  "one DHCP client identifier too many, or another's lease to end")

enum lp_verdict {
#define X(name, text, action, help) LP_VERDICT_##name,
	LP_VERDICTS(X)
#undef X
		LP_VERDICT__COUNT
};

/* "queue_full" and so on; the words of logs, JSON and man page. */
const char *lp_verdict_name(enum lp_verdict verdict);

/* The sentence behind it. */
const char *lp_verdict_help(enum lp_verdict verdict);

enum lp_action lp_verdict_action(enum lp_verdict verdict);

/* "forwarded", "malformed", "filtered", "no_target", "rate_limited", "dropped". */
const char *lp_action_name(enum lp_action action);

/* The two ledgers of a node, or of one peer of it. */
struct lp_ledger {
	uint64_t frames_in;
	uint64_t bytes_in;
	uint64_t frames[LP_VERDICT__COUNT]; /* [FORWARD] = forwarded, the rest dropped */
	uint64_t copies_made;
	uint64_t copies[LP_VERDICT__COUNT]; /* [FORWARD] = sent, the rest dropped */
	uint64_t bytes_out;		    /* of the copies sent */
};

/* frames_in - forwarded - dropped; 0 when nothing is unaccounted for. */
int64_t lp_ledger_frames_open(const struct lp_ledger *ledger);

/* copies_made - sent - dropped; equals the number of copies queued. */
int64_t lp_ledger_copies_open(const struct lp_ledger *ledger);

/* Adds every counter of `from` to `to`. */
void lp_ledger_add(struct lp_ledger *to, const struct lp_ledger *from);

#endif
