/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "gateway/maccase.h"

#include "base/clock.h"

#include <string.h>

void lp_maccase_open(struct lp_maccase *maccase, bool is_seen, uint64_t now)
{
	maccase->since_ns = now;
	maccase->ask_ns = now;
	maccase->question_count = 0;
	maccase->heard = 0;
	maccase->is_seen = is_seen;
}

void lp_maccase_set_ip(struct lp_maccase *maccase, const uint8_t *ip, size_t ip_len)
{
	memcpy(maccase->ip, ip, ip_len);
	maccase->ip_len = ip_len;
}

void lp_maccase_hear(struct lp_maccase *maccase, const uint8_t *frame, size_t len)
{
	struct lp_ipclaim claims[LP_IPCLAIM_MAX];
	uint8_t ip[16];
	size_t count = lp_ipclaim_read(frame, len, claims);
	size_t ip_len = count == 0 ? lp_ipclaim_source(frame, len, ip) : 0;

	if (maccase->question_count > 0)
		maccase->heard |= 1U << (maccase->question_count - 1);
	if (count > 0 && !claims[0].is_question && !claims[0].is_for_another)
		lp_maccase_set_ip(maccase, claims[0].ip, claims[0].ip_len);
	else if (ip_len > 0)
		lp_maccase_set_ip(maccase, ip, ip_len);
}

uint64_t lp_maccase_ask_ns(const struct lp_maccase *maccase)
{
	return maccase->since_ns == 0 || maccase->question_count == LP_MACCASE_QUESTIONS
		       ? LP_NEVER
		       : maccase->ask_ns;
}

bool lp_maccase_ask(struct lp_maccase *maccase, const struct lp_mac *from,
		    uint8_t frame[LP_IPCLAIM_QUESTION_MAX], size_t *len, uint64_t now)
{
	if (now < lp_maccase_ask_ns(maccase))
		return false;
	maccase->question_count++;
	maccase->ask_ns = now + LP_MACCASE_EVERY_NS;
	*len = maccase->ip_len == 0
		       ? 0
		       : lp_ipclaim_make_question(from, maccase->ip, maccase->ip_len, frame);
	return true;
}

bool lp_maccase_is_silent(const struct lp_maccase *maccase, uint64_t now)
{
	return maccase->heard == 0 && maccase->question_count > 1 &&
	       now >= maccase->since_ns + LP_MACCASE_SILENT_NS;
}

bool lp_maccase_close(struct lp_maccase *maccase, uint64_t now)
{
	unsigned count = 0;

	maccase->since_ns = 0;
	for (unsigned i = 0; i < LP_MACCASE_QUESTIONS; i++)
		count += (maccase->heard >> i) & 1;
	if (count >= LP_MACCASE_HEARD_MIN)
		return true;
	if (!maccase->is_seen)
		return false;
	if (maccase->strikes == 0 || now > maccase->strike_ns + LP_MACCASE_STRIKE_NS) {
		maccase->strikes = 0;
		maccase->strike_ns = now;
	}
	return ++maccase->strikes >= LP_MACCASE_STRIKES;
}
