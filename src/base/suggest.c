/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/suggest.h"

#include "base/mem.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static bool is_same_letter(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Damerau-Levenshtein, three rows at a time. */
size_t lp_suggest_distance(const char *a, const char *b)
{
	const size_t a_len = strlen(a);
	const size_t b_len = strlen(b);
	size_t rows[3][LP_SUGGEST_MAX + 1] = {{0}};
	size_t *before = rows[0];
	size_t *above = rows[1];
	size_t *row = rows[2];

	if (a_len > LP_SUGGEST_MAX || b_len > LP_SUGGEST_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *const oldest = before;

		before = above;
		above = row;
		row = oldest;
		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			const bool is_same = is_same_letter(a[i - 1], b[j - 1]);

			row[j] = LP_MIN(above[j], row[j - 1]) + 1;
			row[j] = LP_MIN(row[j], above[j - 1] + (is_same ? 0 : 1));
			if (i > 1 && j > 1 && is_same_letter(a[i - 1], b[j - 2]) &&
			    is_same_letter(a[i - 2], b[j - 1]))
				row[j] = LP_MIN(row[j], before[j - 2] + 1);
		}
	}
	return row[b_len];
}

void lp_suggest_init(struct lp_suggest *suggest, const char *wanted)
{
	suggest->wanted = wanted;
	suggest->best[0] = '\0';
	suggest->best_distance = SIZE_MAX;
}

void lp_suggest_offer(struct lp_suggest *suggest, const char *word, const char *answer)
{
	/* More than a third of the letters wrong is another word, not a slip. */
	const size_t near = LP_MAX(strlen(suggest->wanted) / 3, 1);
	const size_t distance = lp_suggest_distance(suggest->wanted, word);

	if (distance > near || distance >= suggest->best_distance)
		return;
	if (lp_strcopy(suggest->best, sizeof(suggest->best), answer))
		suggest->best_distance = distance;
	else
		lp_suggest_init(suggest, suggest->wanted);
}
