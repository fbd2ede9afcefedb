/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/linux/rtnl.h"

#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_LEN     32768  /* what the kernel packs a dump into at the most */
#define ATTRIBUTE_TYPE 0x3fff /* the two bits above say how it is made */

void lp_rtnl_begin(struct lp_rtnl *request, uint16_t type, uint16_t flags, const void *body,
		   size_t body_len)
{
	memset(request, 0, sizeof(*request));
	request->header.nlmsg_len = (uint32_t)NLMSG_LENGTH(body_len);
	request->header.nlmsg_type = type;
	request->header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	memcpy(NLMSG_DATA(&request->header), body, body_len);
}

void lp_rtnl_add(struct lp_rtnl *request, uint16_t type, const void *data, size_t len)
{
	size_t at = NLMSG_ALIGN(request->header.nlmsg_len);
	struct rtattr attribute = {.rta_type = type, .rta_len = (unsigned short)RTA_LENGTH(len)};

	assert(at + RTA_SPACE(len) <= sizeof(request->data));
	memcpy(request->data + at, &attribute, sizeof(attribute));
	memcpy(request->data + at + RTA_LENGTH(0), data, len);
	request->header.nlmsg_len = (uint32_t)(at + RTA_LENGTH(len));
}

void lp_rtnl_add_raw(struct lp_rtnl *request, const void *data, size_t len)
{
	size_t at = NLMSG_ALIGN(request->header.nlmsg_len);

	assert(at + len <= sizeof(request->data));
	memcpy(request->data + at, data, len);
	request->header.nlmsg_len = (uint32_t)(at + len);
}

void lp_rtnl_add_u32(struct lp_rtnl *request, uint16_t type, uint32_t value)
{
	lp_rtnl_add(request, type, &value, sizeof(value));
}

void lp_rtnl_add_ip(struct lp_rtnl *request, uint16_t type, const struct lp_addr *addr)
{
	lp_rtnl_add(request, type, addr->ip, addr->family == LP_ADDR_IP4 ? 4 : 16);
}

static const void *body_of(const struct nlmsghdr *message)
{
	return (const uint8_t *)message + NLMSG_HDRLEN;
}

/* Looks at one datagram of the answer. True when more will come. */
static bool read_answer(const uint8_t *data, size_t len, bool is_dump, int *error,
			bool (*on_message)(void *arg, const struct nlmsghdr *message), void *arg)
{
	const struct nlmsghdr *message = (const void *)data;

	while (len >= sizeof(*message) && message->nlmsg_len >= sizeof(*message) &&
	       message->nlmsg_len <= len) {
		size_t step = NLMSG_ALIGN(message->nlmsg_len);

		if (message->nlmsg_type == NLMSG_DONE)
			return false;
		if (message->nlmsg_type == NLMSG_ERROR) {
			if (message->nlmsg_len >= NLMSG_LENGTH(sizeof(struct nlmsgerr)))
				*error = -((const struct nlmsgerr *)body_of(message))->error;
			return false;
		}
		if (on_message && !on_message(arg, message))
			return false;
		if (!is_dump)
			return false;
		if (step >= len)
			break;
		len -= step;
		message = (const void *)((const uint8_t *)message + step);
	}
	return true;
}

int lp_rtnl_ask(struct lp_rtnl *request,
		bool (*on_message)(void *arg, const struct nlmsghdr *message), void *arg)
{
	union {
		struct nlmsghdr align;
		uint8_t data[ANSWER_LEN];
	} answer;
	bool is_dump = (request->header.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	bool has_more = true;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int error = 0;

	if (fd < 0)
		return errno;
	if (send(fd, request->data, request->header.nlmsg_len, 0) < 0) {
		error = errno;
		has_more = false;
	}
	while (has_more) {
		ssize_t n = recv(fd, answer.data, sizeof(answer.data), 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			error = n < 0 ? errno : EIO;
			break;
		}
		has_more = read_answer(answer.data, (size_t)n, is_dump, &error, on_message, arg);
	}
	close(fd);
	return error;
}

void lp_rtnl_parse_list(const void *data, size_t len, const struct rtattr **attributes, size_t max)
{
	const uint8_t *bytes = data;
	size_t at = 0;

	memset(attributes, 0, (max + 1) * sizeof(struct rtattr *));
	while (at + sizeof(struct rtattr) <= len) {
		const struct rtattr *attribute = (const void *)(bytes + at);
		size_t type = (size_t)attribute->rta_type & ATTRIBUTE_TYPE;

		if (attribute->rta_len < sizeof(*attribute) || attribute->rta_len > len - at)
			break;
		if (type <= max)
			attributes[type] = attribute;
		at += RTA_ALIGN(attribute->rta_len);
	}
}

const void *lp_rtnl_parse(const struct nlmsghdr *message, size_t body_len,
			  const struct rtattr **attributes, size_t max)
{
	size_t at = NLMSG_SPACE(body_len);
	bool is_whole = message->nlmsg_len >= NLMSG_LENGTH(body_len);

	lp_rtnl_parse_list((const uint8_t *)message + at,
			   message->nlmsg_len > at ? message->nlmsg_len - at : 0, attributes, max);
	return is_whole ? body_of(message) : NULL;
}

const void *lp_rtnl_data(const struct rtattr *attribute)
{
	return (const uint8_t *)attribute + RTA_LENGTH(0);
}

size_t lp_rtnl_len(const struct rtattr *attribute)
{
	return attribute->rta_len - RTA_LENGTH(0);
}

uint32_t lp_rtnl_u32(const struct rtattr *attribute)
{
	uint32_t value = 0;

	if (attribute && attribute->rta_len == RTA_LENGTH(sizeof(value)))
		memcpy(&value, lp_rtnl_data(attribute), sizeof(value));
	return value;
}

struct lp_addr lp_rtnl_ip(const struct rtattr *attribute, unsigned char family)
{
	struct lp_addr addr = {.family = LP_ADDR_NONE};
	size_t len = family == AF_INET ? 4 : 16;

	if (attribute && attribute->rta_len == RTA_LENGTH(len) &&
	    (family == AF_INET || family == AF_INET6)) {
		addr.family = family == AF_INET ? LP_ADDR_IP4 : LP_ADDR_IP6;
		memcpy(addr.ip, lp_rtnl_data(attribute), len);
	}
	return addr;
}

unsigned char lp_rtnl_family(const struct lp_addr *addr)
{
	return addr->family == LP_ADDR_IP4 ? AF_INET : AF_INET6;
}

enum lp_err lp_rtnl_failed(const char *what, int error)
{
	switch (error) {
	case 0:
		return LP_OK;
	case EPERM:
	case EACCES:
		lp_error("netcfg",
			 "not allowed to %s; start with the capability CAP_NET_ADMIN "
			 "(as root)",
			 what);
		return LP_ERR_PERMISSION;
	case EEXIST:
		lp_error("netcfg", "cannot %s: another one to the same prefix is there", what);
		return LP_ERR_BUSY;
	default:
		lp_error("netcfg", "cannot %s: %s", what, strerror(error));
		return LP_ERR_SYSTEM;
	}
}
