/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* Policy routing: which tables the kernel asks for the way of our packets, as ip-rule(8) has it. */

#include "base/mem.h"
#include "platform/linux/route_read.h"
#include "platform/netcfg.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOOPBACK "lo" /* where the kernel says that packets of this machine come from */

struct rule_walk {
	const struct lp_addr *to;
	struct lp_lookup *lookups;
	size_t cap;
	size_t count;
	uint32_t skip_until; /* a rule says: go on at that priority */
};

static bool is_in_ports(const struct rtattr *attribute, uint16_t port)
{
	struct fib_rule_port_range range;

	if (!attribute)
		return true;
	if (lp_rtnl_len(attribute) != sizeof(range))
		return false;
	memcpy(&range, lp_rtnl_data(attribute), sizeof(range));
	return port != 0 && port >= range.start && port <= range.end;
}

static bool is_our_user(const struct rtattr *attribute)
{
	struct fib_rule_uid_range range;

	if (!attribute || lp_rtnl_len(attribute) != sizeof(range))
		return true;
	memcpy(&range, lp_rtnl_data(attribute), sizeof(range));
	return geteuid() >= range.start && geteuid() <= range.end;
}

static bool is_udp(const struct rtattr *attribute)
{
	return !attribute || *(const uint8_t *)lp_rtnl_data(attribute) == IPPROTO_UDP;
}

static bool is_interface(const struct rtattr *attribute, const char *name)
{
	size_t len = attribute ? lp_rtnl_len(attribute) : 0;

	return !attribute || (name && strlen(name) < len &&
			      memcmp(lp_rtnl_data(attribute), name, strlen(name) + 1) == 0);
}

/* Our sockets are bound to no address and no interface, and mark nothing. */
static bool is_for_us(const struct rule_walk *walk, const struct fib_rule_hdr *body,
		      const struct rtattr *const *attributes)
{
	struct lp_prefix host = {.addr = *walk->to, .len = lp_rtnl_bits(walk->to)};
	struct lp_prefix dst = {.addr = lp_rtnl_ip(attributes[FRA_DST], body->family),
				.len = body->dst_len};
	uint32_t mark = lp_rtnl_u32(attributes[FRA_FWMARK]);
	uint32_t mask = attributes[FRA_FWMASK] ? lp_rtnl_u32(attributes[FRA_FWMASK])
					       : (mark != 0 ? UINT32_MAX : 0);

	host.addr.scope_id = 0;
	return body->src_len == 0 && body->tos == 0 && (mark & mask) == 0 &&
	       (dst.len == 0 || lp_prefix_overlaps(&dst, &host)) &&
	       is_interface(attributes[FRA_IIFNAME], LOOPBACK) &&
	       is_interface(attributes[FRA_OIFNAME], NULL) && !attributes[FRA_TUN_ID] &&
	       (!attributes[FRA_L3MDEV] ||
		*(const uint8_t *)lp_rtnl_data(attributes[FRA_L3MDEV]) == 0) &&
	       is_our_user(attributes[FRA_UID_RANGE]) && is_udp(attributes[FRA_IP_PROTO]) &&
	       !attributes[FRA_SPORT_RANGE] &&
	       is_in_ports(attributes[FRA_DPORT_RANGE], walk->to->port);
}

static void add_lookup(struct rule_walk *walk, uint32_t table, const struct rtattr *suppress)
{
	struct lp_lookup *lookup = &walk->lookups[walk->count];

	if (table == RT_TABLE_LOCAL || walk->count == walk->cap)
		return;
	lookup->table = table == RT_TABLE_MAIN ? 0 : table;
	lookup->suppress_len = suppress ? (int)lp_rtnl_u32(suppress) : -1;
	walk->count++;
}

static bool on_rule(void *arg, const struct nlmsghdr *message)
{
	struct rule_walk *walk = arg;
	const struct rtattr *attributes[FRA_MAX + 1];
	const struct fib_rule_hdr *body =
		lp_rtnl_parse(message, sizeof(*body), attributes, FRA_MAX);

	if (message->nlmsg_type != RTM_NEWRULE || !body ||
	    body->family != lp_rtnl_family(walk->to) ||
	    lp_rtnl_u32(attributes[FRA_PRIORITY]) < walk->skip_until)
		return true;
	if (is_for_us(walk, body, attributes) == ((body->flags & FIB_RULE_INVERT) != 0))
		return true;
	switch (body->action) {
	case FR_ACT_TO_TBL:
		add_lookup(walk,
			   attributes[FRA_TABLE] ? lp_rtnl_u32(attributes[FRA_TABLE]) : body->table,
			   attributes[FRA_SUPPRESS_PREFIXLEN]);
		return true;
	case FR_ACT_GOTO:
		walk->skip_until = lp_rtnl_u32(attributes[FRA_GOTO]);
		return true;
	case FR_ACT_NOP:
		return true;
	default: /* "unreachable", "blackhole", "prohibit" */
		return false;
	}
}

enum lp_err lp_netcfg_lookups(const struct lp_addr *to, struct lp_lookup *lookups, size_t cap,
			      size_t *lookup_count)
{
	struct rule_walk walk = {.to = to, .lookups = lookups, .cap = cap};
	struct fib_rule_hdr body = {.family = lp_rtnl_family(to)};
	struct lp_rtnl request;
	int error;

	lp_rtnl_begin(&request, RTM_GETRULE, NLM_F_DUMP, &body, sizeof(body));
	error = lp_rtnl_ask(&request, on_rule, &walk);
	if (error == EOPNOTSUPP || error == EAFNOSUPPORT) {
		add_lookup(&walk, RT_TABLE_MAIN, NULL); /* a kernel without policy routing */
		error = 0;
	}
	*lookup_count = walk.count;
	return lp_rtnl_failed("list the rules of policy routing", error);
}
