/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/verdict.h"

#include <assert.h>
#include <stddef.h>

static const struct {
	const char *name;
	const char *help;
	enum lp_action action;
} verdicts[LP_VERDICT__COUNT] = {
#define X(name, text, action, help) [LP_VERDICT_##name] = {text, help, LP_ACTION_##action},
	LP_VERDICTS(X)
#undef X
};

static const char *const actions[LP_ACTION__COUNT] = {
	[LP_ACTION_FORWARDED] = "forwarded",	   [LP_ACTION_MALFORMED] = "malformed",
	[LP_ACTION_FILTERED] = "filtered",	   [LP_ACTION_NO_TARGET] = "no_target",
	[LP_ACTION_RATE_LIMITED] = "rate_limited", [LP_ACTION_DROPPED] = "dropped",
};

const char *lp_verdict_name(enum lp_verdict verdict)
{
	assert((size_t)verdict < LP_VERDICT__COUNT);
	return verdicts[verdict].name;
}

const char *lp_verdict_help(enum lp_verdict verdict)
{
	assert((size_t)verdict < LP_VERDICT__COUNT);
	return verdicts[verdict].help;
}

enum lp_action lp_verdict_action(enum lp_verdict verdict)
{
	assert((size_t)verdict < LP_VERDICT__COUNT);
	return verdicts[verdict].action;
}

const char *lp_action_name(enum lp_action action)
{
	assert((size_t)action < LP_ACTION__COUNT);
	return actions[action];
}

static int64_t open_of(uint64_t in, const uint64_t out[LP_VERDICT__COUNT])
{
	uint64_t sum = 0;

	for (size_t i = 0; i < LP_VERDICT__COUNT; i++)
		sum += out[i];
	return (int64_t)(in - sum);
}

int64_t lp_ledger_frames_open(const struct lp_ledger *ledger)
{
	return open_of(ledger->frames_in, ledger->frames);
}

int64_t lp_ledger_copies_open(const struct lp_ledger *ledger)
{
	return open_of(ledger->copies_made, ledger->copies);
}

void lp_ledger_add(struct lp_ledger *to, const struct lp_ledger *from)
{
	to->frames_in += from->frames_in;
	to->bytes_in += from->bytes_in;
	to->copies_made += from->copies_made;
	to->bytes_out += from->bytes_out;
	for (size_t i = 0; i < LP_VERDICT__COUNT; i++) {
		to->frames[i] += from->frames[i];
		to->copies[i] += from->copies[i];
	}
}
