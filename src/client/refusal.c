/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "client/refusal.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>

#define RECENT_MS 60000
#define FEW	  10 /* frames: fewer of what does no harm are not worth a word */

/*
 * The worst first. With an example the sentence is head, example and tail; without one, or where
 * the head is NULL, it is `plain`.
 */
static const struct sentence {
	const char *reason; /* of enum lp_verdict */
	enum lp_admin_level level;
	uint64_t least; /* frames */
	const char *head;
	const char *tail;
	const char *plain;
} sentences[] = {
	{"lan_mac", LP_ADMIN_BAD, 1, NULL, NULL,
	 "the hall refuses all frames of this PC: a machine on its LAN has the same MAC address: "
	 "set another one in client.mac"},
	{"loop", LP_ADMIN_BAD, 1, NULL, NULL,
	 "the frames of this PC are stopped: its MAC address was seen on the hall's LAN, too: is "
	 "the TAP bridged with a network card, or a copy of this PC there?"},
	{"address_claim", LP_ADMIN_WARN, 1, "the hall refuses the address ",
	 " of this PC: a machine on its LAN has it: let the DHCP server give you one, or set "
	 "another one by hand",
	 "the hall refuses an address of this PC: a machine on its LAN has it: let the DHCP server "
	 "give you one, or set another one by hand"},
	{"source_mac", LP_ADMIN_WARN, 1, "the hall refuses frames from ",
	 ": the MAC address of an emulator or virtual machine does not pass; let it share the "
	 "address of this PC (NAT instead of a bridge)",
	 "the hall refuses frames from another MAC address than this PC's: let emulators and "
	 "virtual machines share its address (NAT instead of a bridge)"},
	{"source_zero", LP_ADMIN_WARN, 1, NULL, NULL,
	 "the hall refuses frames without a MAC address of their sender: a raw Wake-on-LAN is sent "
	 "so: let its program send by UDP"},
	{"invalid_source", LP_ADMIN_WARN, 1, "the hall refuses frames from ",
	 ", which is no station's MAC address: the program that sends them is broken",
	 "the hall refuses frames from a group's MAC address: the program that sends them is "
	 "broken"},
	{"dhcp4_server", LP_ADMIN_WARN, 1, NULL, NULL,
	 "a DHCP server on this PC is kept from the party: turn off internet connection sharing "
	 "and the like"},
	{"dhcp4_chaddr", LP_ADMIN_WARN, 1, NULL, NULL,
	 "the hall refuses DHCP requests of this PC that are not in the name of its own MAC "
	 "address: let the system ask on the TAP itself, without a relay agent or bridge"},
	{"dhcp6_server", LP_ADMIN_WARN, 1, NULL, NULL,
	 "a DHCPv6 server on this PC is kept from the party: turn off internet connection sharing "
	 "and the like"},
	{"ipv6_ra", LP_ADMIN_WARN, 1, NULL, NULL,
	 "this PC tells the party that it is an IPv6 router, and that does not pass: turn off "
	 "internet connection sharing"},
	{"ipv4_redirect", LP_ADMIN_WARN, 1, NULL, NULL,
	 "this PC tells the party that it is a router, and that does not pass: turn off internet "
	 "connection sharing"},
	{"infrastructure", LP_ADMIN_WARN, 1, "packets that only routers and switches send (",
	 ") do not pass: turn off the router or switch program on this PC",
	 "packets that only routers and switches send do not pass: turn off the router or switch "
	 "program on this PC"},
	{"ipv6_fragment", LP_ADMIN_WARN, 1, NULL, NULL,
	 "IPv6 packets that this PC sends in fragments do not pass: let the program send less than "
	 "1500 bytes at once or use IPv4, or ask the organiser to allow them"},
	{"ipv4_fragment", LP_ADMIN_WARN, 1, NULL, NULL,
	 "IPv4 packets whose first fragment is too small to show its ports do not pass"},
	{"jumbo", LP_ADMIN_WARN, 1, NULL, NULL,
	 "frames over 1514 bytes do not pass: set the MTU of the TAP to 1500, without jumbo "
	 "frames"},
	{"vlan_tag", LP_ADMIN_WARN, 1, NULL, NULL,
	 "frames with a VLAN tag do not pass: take the VLAN away from the TAP, or ask the "
	 "organiser to allow tags"},
	{"rate_bandwidth", LP_ADMIN_WARN, FEW, NULL, NULL,
	 "this PC sends more than a player may here, and a part of it is dropped: limit what "
	 "uploads"},
	{"rate_broadcast", LP_ADMIN_WARN, FEW, NULL, NULL,
	 "this PC sends more broadcasts than a player may here, and a part of them is dropped"},
	{"rate_unknown", LP_ADMIN_WARN, FEW, NULL, NULL,
	 "this PC sends to many machines that are not there, and a part of it is dropped: does "
	 "something scan the network?"},
	{"lan_transfer", LP_ADMIN_NOTE, FEW, NULL, NULL,
	 "a game launcher tries to fetch downloads from PCs of the party: that does not pass, and "
	 "it fetches them from the internet"},
	{"ethertype", LP_ADMIN_NOTE, FEW, "frames of the type ",
	 " do not pass: it does not belong on a party's LAN",
	 "frames of a type that does not belong on a party's LAN do not pass"},
};

#define SENTENCE_COUNT (sizeof(sentences) / sizeof(sentences[0]))

/* SENTENCE_COUNT = it has none of its own. */
static size_t find(const char *reason)
{
	size_t i = 0;

	while (i < SENTENCE_COUNT && strcmp(sentences[i].reason, reason) != 0)
		i++;
	return i;
}

static bool is_worth_it(const struct lp_admin_refusal *refusal)
{
	size_t i = find(refusal->reason);

	return refusal->age_ms >= 0 && refusal->age_ms < RECENT_MS &&
	       refusal->frames >= (i < SENTENCE_COUNT ? sentences[i].least : FEW);
}

/* Has this reason been chosen, as somebody else's? One sentence says it. */
static bool is_among(const char *reason, const struct lp_admin_refusal *const *list, size_t count)
{
	while (count > 0 && strcmp(list[count - 1]->reason, reason) != 0)
		count--;
	return count > 0;
}

size_t lp_refusal_choose(const struct lp_admin_refusal *refusals, size_t count,
			 const struct lp_admin_refusal **out, size_t cap)
{
	size_t chosen = 0;

	for (size_t rank = 0; rank <= SENTENCE_COUNT; rank++) {
		for (size_t i = 0; i < count && chosen < cap; i++) {
			if (find(refusals[i].reason) == rank && is_worth_it(&refusals[i]) &&
			    !is_among(refusals[i].reason, out, chosen))
				out[chosen++] = &refusals[i];
		}
	}
	return chosen;
}

static const char *place(const char *by)
{
	if (strcmp(by, "gateway") == 0)
		return "the hall";
	return strcmp(by, "relay") == 0 ? "the relay" : "this PC's own client";
}

void lp_refusal_describe(const struct lp_admin_refusal *refusal, struct lp_finding *out)
{
	size_t i = find(refusal->reason);
	size_t len = sizeof(out->line.text);

	if (i == SENTENCE_COUNT) {
		out->kind = refusal->help;
		out->line.level = LP_ADMIN_NOTE;
		snprintf(out->line.text, len, "%s drops frames of this PC: %s (%s)",
			 place(refusal->by), refusal->help, refusal->reason);
		return;
	}
	out->kind = sentences[i].plain;
	out->line.level = sentences[i].level;
	if (sentences[i].head && refusal->example[0])
		snprintf(out->line.text, len, "%s%s%s", sentences[i].head, refusal->example,
			 sentences[i].tail);
	else
		snprintf(out->line.text, len, "%s", sentences[i].plain);
}
