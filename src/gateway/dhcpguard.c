/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "gateway/dhcpguard.h"

#include "base/mem.h"
#include "frame/dhcpid.h"

#include <stdlib.h>
#include <string.h>

struct name {
	uint64_t until_ns; /* 0 = free */
	struct lp_mac owner;
	uint8_t version;
	uint8_t len;
	uint8_t byte[LP_DHCPGUARD_NAME_MAX];
};

struct lp_dhcpguard {
	struct name name[LP_DHCPGUARD_NAMES];
};

struct lp_dhcpguard *lp_dhcpguard_new(void)
{
	return lp_alloc(sizeof(struct lp_dhcpguard));
}

void lp_dhcpguard_free(struct lp_dhcpguard *guard)
{
	free(guard);
}

static struct lp_mac source_of(const uint8_t *frame)
{
	struct lp_mac mac;

	memcpy(mac.octet, frame + LP_MAC_LEN, LP_MAC_LEN);
	return mac;
}

static struct name *find(struct lp_dhcpguard *guard, const struct lp_dhcpid *id, uint64_t now)
{
	for (size_t i = 0; i < LP_DHCPGUARD_NAMES; i++) {
		struct name *name = &guard->name[i];

		if (now < name->until_ns && name->version == id->version &&
		    name->len == id->name_len && memcmp(name->byte, id->name, name->len) == 0)
			return name;
	}
	return NULL;
}

/* How many the MAC has, the one of its own that goes first, and the one of all. */
static size_t count(struct lp_dhcpguard *guard, const struct lp_mac *owner, uint8_t version,
		    uint64_t now, struct name **own, struct name **any)
{
	size_t own_count = 0;

	*own = NULL;
	*any = &guard->name[0];
	for (size_t i = 0; i < LP_DHCPGUARD_NAMES; i++) {
		struct name *name = &guard->name[i];

		if (name->until_ns < (*any)->until_ns)
			*any = name;
		if (now >= name->until_ns || name->version != version ||
		    !lp_mac_is_equal(&name->owner, owner))
			continue;
		own_count++;
		if (!*own || name->until_ns < (*own)->until_ns)
			*own = name;
	}
	return own_count;
}

static void keep(struct name *name, const struct lp_mac *owner, const struct lp_dhcpid *id,
		 uint64_t until_ns)
{
	*name = (struct name){
		.until_ns = until_ns,
		.owner = *owner,
		.version = id->version,
		.len = (uint8_t)id->name_len,
	};
	memcpy(name->byte, id->name, id->name_len);
}

void lp_dhcpguard_learn(struct lp_dhcpguard *guard, const uint8_t *frame, size_t len, uint64_t now)
{
	struct lp_dhcpid id;
	struct name *own, *any;

	if (!lp_dhcpid_read(frame, len, &id) || id.name_len > LP_DHCPGUARD_NAME_MAX)
		return;
	struct lp_mac owner = source_of(frame);
	struct name *name = find(guard, &id, now);

	if (!name) {
		size_t own_count = count(guard, &owner, id.version, now, &own, &any);

		name = own_count >= LP_DHCPGUARD_QUOTA ? own : any;
	}
	keep(name, &owner, &id, now + LP_DHCPGUARD_LAN_AGE_NS);
}

enum lp_verdict lp_dhcpguard_check(struct lp_dhcpguard *guard, const uint8_t *frame, size_t len,
				   uint64_t now)
{
	struct lp_dhcpid id;
	struct name *own, *any;

	if (!lp_dhcpid_read(frame, len, &id))
		return LP_VERDICT_FORWARD;
	if (id.name_len > LP_DHCPGUARD_NAME_MAX)
		return LP_VERDICT_DHCP_NAME;
	struct lp_mac player = source_of(frame);
	struct name *name = find(guard, &id, now);

	if (name && !lp_mac_is_equal(&name->owner, &player))
		return id.is_giving_up ? LP_VERDICT_DHCP_NAME : LP_VERDICT_FORWARD;
	if (name) {
		name->until_ns = now + LP_DHCPGUARD_AGE_NS;
		return LP_VERDICT_FORWARD;
	}
	if (count(guard, &player, id.version, now, &own, &any) >= LP_DHCPGUARD_QUOTA)
		return LP_VERDICT_DHCP_NAME;
	keep(any, &player, &id, now + LP_DHCPGUARD_AGE_NS);
	return LP_VERDICT_FORWARD;
}
