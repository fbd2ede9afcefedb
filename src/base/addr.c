/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/addr.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>

#if __has_include(<net/if.h>)
#include <net/if.h>
#endif

/*
 * Own parsers, not inet_pton: they are the same on every system, take a fragment of a text, and
 * know one way only to write an IPv4 address (no octal, no "127.1").
 */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Digits only, no sign, at most max. */
static enum lp_err parse_number(const char *text, size_t len, uint32_t max, uint32_t *value)
{
	uint64_t sum = 0;

	if (len == 0)
		return LP_ERR_INVALID;
	for (size_t i = 0; i < len; i++) {
		if (!is_digit(text[i]))
			return LP_ERR_INVALID;
		if (sum <= max)
			sum = sum * 10 + (uint64_t)(text[i] - '0');
	}
	if (sum > max)
		return LP_ERR_RANGE;
	*value = (uint32_t)sum;
	return LP_OK;
}

static enum lp_err parse_port(const char *text, uint16_t *port)
{
	uint32_t value;
	enum lp_err err = parse_number(text, strlen(text), UINT16_MAX, &value);

	if (err != LP_OK)
		return err;
	if (value == 0)
		return LP_ERR_RANGE;
	*port = (uint16_t)value;
	return LP_OK;
}

static enum lp_err parse_ip4(const char *text, size_t len, uint8_t ip[4])
{
	const char *end = text + len;

	for (int i = 0; i < 4; i++) {
		const char *dot = i < 3 ? memchr(text, '.', (size_t)(end - text)) : end;
		uint32_t octet;

		if (dot == NULL || dot - text > 3 || (dot - text > 1 && text[0] == '0') ||
		    parse_number(text, (size_t)(dot - text), UINT8_MAX, &octet) != LP_OK)
			return LP_ERR_INVALID;
		ip[i] = (uint8_t)octet;
		text = dot + 1;
	}
	return LP_OK;
}

/* One to four hex digits from *text on; *text is then behind them. */
static bool parse_group(const char **text, const char *end, uint8_t out[2])
{
	const char *start = *text;
	unsigned int value = 0;

	while (*text < end && *text - start < 4 && hex_value(**text) >= 0) {
		value = value << 4 | (unsigned int)hex_value(**text);
		(*text)++;
	}
	out[0] = (uint8_t)(value >> 8);
	out[1] = (uint8_t)value;
	return *text > start;
}

/* RFC 4291 section 2.2: eight groups, "::" once for at least one of zeros, IPv4 as the last two. */
static enum lp_err parse_ip6(const char *text, size_t len, uint8_t ip[16])
{
	const char *end = text + len;
	uint8_t bytes[16] = {0};
	size_t count = 0;
	size_t gap = SIZE_MAX;

	if (len >= 2 && text[0] == ':' && text[1] == ':') {
		gap = 0;
		text += 2;
	}
	while (text < end) {
		const char *group = text;

		if (count > 14 || !parse_group(&text, end, &bytes[count]))
			return LP_ERR_INVALID;
		if (text < end && *text == '.') {
			if (count > 12 || parse_ip4(group, (size_t)(end - group), &bytes[count]))
				return LP_ERR_INVALID;
			count += 4;
			break;
		}
		count += 2;
		if (text == end)
			break;
		if (*text++ != ':' || text == end)
			return LP_ERR_INVALID;
		if (*text == ':') {
			if (gap != SIZE_MAX)
				return LP_ERR_INVALID;
			gap = count;
			text++;
		}
	}
	if (gap == SIZE_MAX ? count != 16 : count > 14)
		return LP_ERR_INVALID;
	memset(ip, 0, 16);
	if (gap == SIZE_MAX)
		gap = count;
	memcpy(ip, bytes, gap);
	memcpy(ip + 16 - (count - gap), bytes + gap, count - gap);
	return LP_OK;
}

static bool is_link_local(const struct lp_addr *addr)
{
	return addr->family == LP_ADDR_IP6 && addr->ip[0] == 0xfe && (addr->ip[1] & 0xc0) == 0x80;
}

/* A number, or the name of an interface of this machine. */
static enum lp_err parse_scope(const char *text, size_t len, uint32_t *scope_id)
{
	if (parse_number(text, len, UINT32_MAX, scope_id) == LP_OK)
		return *scope_id == 0 ? LP_ERR_INVALID : LP_OK;
#if __has_include(<net/if.h>)
	char name[IF_NAMESIZE];

	if (len == 0 || len >= sizeof(name))
		return LP_ERR_INVALID;
	memcpy(name, text, len);
	name[len] = '\0';
	*scope_id = if_nametoindex(name);
	return *scope_id == 0 ? LP_ERR_NOT_FOUND : LP_OK;
#else
	return LP_ERR_INVALID;
#endif
}

static enum lp_err parse_ip(const char *text, size_t len, struct lp_addr *addr)
{
	struct lp_addr parsed = {0};

	if (parse_ip4(text, len, parsed.ip) == LP_OK) {
		parsed.family = LP_ADDR_IP4;
		*addr = parsed;
		return LP_OK;
	}

	const char *percent = memchr(text, '%', len);
	size_t text_len = percent == NULL ? len : (size_t)(percent - text);
	enum lp_err err = parse_ip6(text, text_len, parsed.ip);
	if (err != LP_OK)
		return err;
	parsed.family = LP_ADDR_IP6;
	if (percent != NULL) {
		if (!is_link_local(&parsed))
			return LP_ERR_INVALID;
		err = parse_scope(percent + 1, len - text_len - 1, &parsed.scope_id);
		if (err != LP_OK)
			return err;
	}
	*addr = parsed;
	return LP_OK;
}

enum lp_err lp_addr_parse_ip(const char *text, struct lp_addr *addr)
{
	return parse_ip(text, strlen(text), addr);
}

/* The longest run of at least two zero groups, RFC 5952 section 4.2; the first of equal ones. */
static void find_zero_run(const uint8_t ip[16], int *start, int *len)
{
	*start = -1;
	*len = 1;
	for (int i = 0; i < 8; i++) {
		int run = 0;

		while (i + run < 8 && ip[(i + run) * 2] == 0 && ip[(i + run) * 2 + 1] == 0)
			run++;
		if (run > *len) {
			*start = i;
			*len = run;
		}
		i += run;
	}
}

static int format_ip6(const uint8_t ip[16], char *out, size_t out_len)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	int zero_start, zero_len;
	int at = 0;

	if (memcmp(ip, mapped, sizeof(mapped)) == 0)
		return snprintf(out, out_len, "::ffff:%u.%u.%u.%u", ip[12], ip[13], ip[14], ip[15]);
	find_zero_run(ip, &zero_start, &zero_len);
	for (int i = 0; i < 8; i++) {
		if (i == zero_start) {
			at += snprintf(out + at, out_len - (size_t)at, "::");
			i += zero_len - 1;
			continue;
		}
		bool needs_colon = i > 0 && i != zero_start + zero_len;
		at += snprintf(out + at, out_len - (size_t)at, "%s%x",
			       needs_colon || (i > 0 && zero_start < 0) ? ":" : "",
			       (unsigned int)(ip[i * 2] << 8 | ip[i * 2 + 1]));
	}
	return at;
}

const char *lp_addr_format_ip(const struct lp_addr *addr, char text[LP_ADDR_TEXT_LEN])
{
	const uint8_t *ip = addr->ip;

	switch (addr->family) {
	case LP_ADDR_IP4:
		snprintf(text, LP_ADDR_TEXT_LEN, "%u.%u.%u.%u", ip[0], ip[1], ip[2], ip[3]);
		return text;
	case LP_ADDR_IP6: {
		int at = format_ip6(ip, text, LP_ADDR_TEXT_LEN);

		if (addr->scope_id != 0)
			snprintf(text + at, LP_ADDR_TEXT_LEN - (size_t)at, "%%%u", addr->scope_id);
		return text;
	}
	case LP_ADDR_NONE:
		break;
	}
	snprintf(text, LP_ADDR_TEXT_LEN, "none");
	return text;
}

const char *lp_addr_format(const struct lp_addr *addr, char text[LP_ADDR_TEXT_LEN])
{
	char ip[LP_ADDR_TEXT_LEN - 8]; /* less the brackets, the colon and the port */
	char whole[LP_ADDR_TEXT_LEN];

	lp_strcopy(ip, sizeof(ip), lp_addr_format_ip(addr, whole));
	snprintf(text, LP_ADDR_TEXT_LEN, addr->family == LP_ADDR_IP6 ? "[%s]:%u" : "%s:%u", ip,
		 addr->port);
	return text;
}

static size_t ip_len(const struct lp_addr *addr)
{
	if (addr->family == LP_ADDR_NONE)
		return 0;
	return addr->family == LP_ADDR_IP4 ? 4 : 16;
}

bool lp_addr_is_any(const struct lp_addr *addr)
{
	static const uint8_t any[sizeof(addr->ip)];

	return memcmp(addr->ip, any, ip_len(addr)) == 0;
}

bool lp_addr_equal_ip(const struct lp_addr *a, const struct lp_addr *b)
{
	if (a->family != b->family || memcmp(a->ip, b->ip, ip_len(a)) != 0)
		return false;
	return !is_link_local(a) || a->scope_id == b->scope_id;
}

bool lp_addr_equal(const struct lp_addr *a, const struct lp_addr *b)
{
	return a->port == b->port && lp_addr_equal_ip(a, b);
}

/* Clears all bits of ip[len] behind the first `bits`. */
static void mask_ip(uint8_t *ip, size_t len, unsigned int bits)
{
	for (size_t i = 0; i < len; i++, bits -= LP_MIN(bits, 8U)) {
		if (bits < 8)
			ip[i] &= (uint8_t)(0xff00U >> bits);
	}
}

enum lp_err lp_prefix_parse(const char *text, struct lp_prefix *prefix)
{
	const char *slash = strchr(text, '/');
	struct lp_prefix parsed;
	uint32_t len;

	if (slash == NULL)
		return LP_ERR_INVALID;
	enum lp_err err = parse_ip(text, (size_t)(slash - text), &parsed.addr);
	if (err == LP_OK && parsed.addr.scope_id != 0)
		err = LP_ERR_INVALID; /* addresses have a scope, networks none */
	if (err != LP_OK)
		return err;
	err = parse_number(slash + 1, strlen(slash + 1), (uint32_t)ip_len(&parsed.addr) * 8, &len);
	if (err != LP_OK)
		return err;
	parsed.len = (uint8_t)len;
	mask_ip(parsed.addr.ip, ip_len(&parsed.addr), len);
	*prefix = parsed;
	return LP_OK;
}

const char *lp_prefix_format(const struct lp_prefix *prefix, char text[LP_ADDR_TEXT_LEN])
{
	char ip[LP_ADDR_TEXT_LEN - 8];
	char whole[LP_ADDR_TEXT_LEN];

	lp_strcopy(ip, sizeof(ip), lp_addr_format_ip(&prefix->addr, whole));
	snprintf(text, LP_ADDR_TEXT_LEN, "%s/%u", ip, prefix->len);
	return text;
}

void lp_prefix_clear_host(struct lp_prefix *prefix)
{
	mask_ip(prefix->addr.ip, ip_len(&prefix->addr), prefix->len);
}

bool lp_prefix_overlaps(const struct lp_prefix *a, const struct lp_prefix *b)
{
	struct lp_addr x = a->addr;
	struct lp_addr y = b->addr;
	unsigned int bits = LP_MIN(a->len, b->len);

	if (x.family != y.family)
		return false;
	mask_ip(x.ip, ip_len(&x), bits);
	mask_ip(y.ip, ip_len(&y), bits);
	return lp_addr_equal_ip(&x, &y);
}

static bool is_name_char(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
	       c == '_';
}

/* Copies name[len] without its trailing dot. What ends in a number is no name but a bad address. */
static enum lp_err parse_name(const char *name, size_t len, char out[LP_HOST_MAX + 1])
{
	size_t label_start = 0;
	bool is_numeric = true;

	if (len > 0 && name[len - 1] == '.')
		len--;
	if (len == 0)
		return LP_ERR_INVALID;
	if (len > LP_HOST_MAX)
		return LP_ERR_TOO_LARGE;
	for (size_t i = 0; i <= len; i++) {
		if (i < len && name[i] != '.') {
			if (!is_name_char(name[i]))
				return LP_ERR_INVALID;
			is_numeric = is_numeric && is_digit(name[i]);
			continue;
		}
		if (i == label_start || i - label_start > 63)
			return LP_ERR_INVALID;
		if (i == len)
			break;
		label_start = i + 1;
		is_numeric = true;
	}
	if (is_numeric)
		return LP_ERR_INVALID;
	memcpy(out, name, len);
	out[len] = '\0';
	return LP_OK;
}

/* Finds host and port in text: "[host]", "[host]:port", "host:port", "host", or bare IPv6. */
static enum lp_err split_hostport(const char *text, const char **host, size_t *host_len,
				  const char **port)
{
	const char *colon = strchr(text, ':');

	*host = text;
	*host_len = strlen(text);
	*port = NULL;
	if (text[0] == '[') {
		const char *close = strchr(text, ']');

		if (close == NULL || (close[1] != '\0' && close[1] != ':'))
			return LP_ERR_INVALID;
		*host = text + 1;
		*host_len = (size_t)(close - text - 1);
		*port = close[1] == ':' ? close + 2 : NULL;
	} else if (colon != NULL && strchr(colon + 1, ':') == NULL) {
		*host_len = (size_t)(colon - text);
		*port = colon + 1;
	}
	return LP_OK;
}

enum lp_err lp_hostport_parse(const char *text, struct lp_hostport *out)
{
	struct lp_hostport parsed = {.port = LP_DEFAULT_PORT};
	const char *host, *port;
	size_t host_len;

	enum lp_err err = split_hostport(text, &host, &host_len, &port);
	if (err == LP_OK && port != NULL)
		err = parse_port(port, &parsed.port);
	if (err != LP_OK)
		return err;

	err = parse_ip(host, host_len, &parsed.addr);
	parsed.has_zone =
		memchr(host, '%', host_len) != NULL && (err == LP_OK || err == LP_ERR_NOT_FOUND);
	if (err == LP_ERR_NOT_FOUND) /* its interface may come later */
		err = parse_ip(host, (size_t)((const char *)memchr(host, '%', host_len) - host),
			       &parsed.addr);
	if (err == LP_OK) {
		/* Brackets are for IPv6 only. */
		if (text[0] == '[' && parsed.addr.family != LP_ADDR_IP6)
			return LP_ERR_INVALID;
		parsed.is_literal = true;
		parsed.addr.port = parsed.port;
		memcpy(parsed.host, host, host_len);
	} else if (text[0] == '[' || memchr(host, ':', host_len) != NULL) {
		return err;
	} else {
		err = parse_name(host, host_len, parsed.host);
		if (err != LP_OK)
			return err;
	}
	*out = parsed;
	return LP_OK;
}

enum lp_err lp_listen_parse(const char *text, struct lp_listen *out)
{
	struct lp_listen parsed = {.addr.port = LP_DEFAULT_PORT};
	const char *slash = strchr(text, '/');
	struct lp_hostport hostport;
	enum lp_err err;

	if (slash != NULL && strcmp(slash, "/udp") == 0) {
		uint32_t port;

		err = parse_number(text, (size_t)(slash - text), UINT16_MAX, &port);
		if (err == LP_OK && port == 0)
			err = LP_ERR_RANGE;
		if (err != LP_OK)
			return err;
		parsed.is_wildcard = true;
		parsed.addr.port = (uint16_t)port;
	} else if (text[0] == '*' && (text[1] == '\0' || text[1] == ':')) {
		parsed.is_wildcard = true;
		err = text[1] == ':' ? parse_port(text + 2, &parsed.addr.port) : LP_OK;
		if (err != LP_OK)
			return err;
	} else {
		err = lp_hostport_parse(text, &hostport);
		if (err != LP_OK)
			return err;
		if (!hostport.is_literal)
			return LP_ERR_INVALID;
		if (hostport.has_zone && hostport.addr.scope_id == 0)
			return LP_ERR_NOT_FOUND;
		parsed.addr = hostport.addr;
	}
	*out = parsed;
	return LP_OK;
}
