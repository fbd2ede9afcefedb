/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * "Did you mean": the known word that is nearest to a mistyped one.
 */
#ifndef LP_BASE_SUGGEST_H
#define LP_BASE_SUGGEST_H

#include <stddef.h>

/*
 * How many letters have to be inserted, removed, replaced or swapped with their neighbour to make
 * one word of the other; case is ignored. SIZE_MAX when one is longer than LP_SUGGEST_MAX.
 */
#define LP_SUGGEST_MAX 64
size_t lp_suggest_distance(const char *a, const char *b);

/* The best of the words offered so far. */
struct lp_suggest {
	const char *wanted;
	char best[LP_SUGGEST_MAX + 1]; /* "" = none is near enough */
	size_t best_distance;
};

void lp_suggest_init(struct lp_suggest *suggest, const char *wanted);

/* Compares `word` with the wanted one; `answer` is what to suggest if it is the nearest. */
void lp_suggest_offer(struct lp_suggest *suggest, const char *word, const char *answer);

#endif
