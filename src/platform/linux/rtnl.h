/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * rtnetlink (RFC 3549): requests with attributes, answers and dumps. One request a socket; the
 * kernel answers before send() returns, so nothing here waits.
 */
#ifndef LP_PLATFORM_LINUX_RTNL_H
#define LP_PLATFORM_LINUX_RTNL_H

#include "base/addr.h"
#include "base/err.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A request being written. */
struct lp_rtnl {
	union {
		struct nlmsghdr header;
		uint8_t data[1024];
	};
};

/* Begins a request with its fixed part; flags beside NLM_F_REQUEST. */
void lp_rtnl_begin(struct lp_rtnl *request, uint16_t type, uint16_t flags, const void *body,
		   size_t body_len);
void lp_rtnl_add(struct lp_rtnl *request, uint16_t type, const void *data, size_t len);
void lp_rtnl_add_u32(struct lp_rtnl *request, uint16_t type, uint32_t value);
void lp_rtnl_add_ip(struct lp_rtnl *request, uint16_t type, const struct lp_addr *addr);

/* Attributes that are written already. */
void lp_rtnl_add_raw(struct lp_rtnl *request, const void *data, size_t len);

/*
 * Sends it and calls on_message (may be NULL) for each message of the answer, until the end or
 * until it returns false. Returns 0 or an errno.
 */
int lp_rtnl_ask(struct lp_rtnl *request,
		bool (*on_message)(void *arg, const struct nlmsghdr *message), void *arg);

/*
 * The attributes of a message by type, up to `max`, those that are not there NULL. `body_len` is
 * the size of the fixed part. Returns that part, or NULL if the message is too short for it.
 */
const void *lp_rtnl_parse(const struct nlmsghdr *message, size_t body_len,
			  const struct rtattr **attributes, size_t max);

/* Likewise those of a fragment of memory, such as what another attribute holds. */
void lp_rtnl_parse_list(const void *data, size_t len, const struct rtattr **attributes, size_t max);

/* What the attribute holds. */
const void *lp_rtnl_data(const struct rtattr *attribute);
size_t lp_rtnl_len(const struct rtattr *attribute);

/* An attribute's value; 0 and LP_ADDR_NONE when it is NULL or of another size. */
uint32_t lp_rtnl_u32(const struct rtattr *attribute);
struct lp_addr lp_rtnl_ip(const struct rtattr *attribute, unsigned char family);

/* Our word for an errno; logs one sentence, "cannot WHAT: ...", for what is one. */
enum lp_err lp_rtnl_failed(const char *what, int error);

/* AF_INET or AF_INET6. */
unsigned char lp_rtnl_family(const struct lp_addr *addr);

#endif
