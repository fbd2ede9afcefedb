/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "badline.h"

/* SplitMix64. */
static uint64_t draw(struct line *line)
{
	uint64_t z = line->random += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static double draw_percent(struct line *line)
{
	return (double)(draw(line) >> 11) / (double)(1ULL << 53) * 100.0;
}

struct fate badline_draw(const struct options *options, struct line *line)
{
	struct fate fate;

	fate.is_lost = draw_percent(line) < options->loss;
	fate.is_burst_start = draw_percent(line) < options->burst;
	fate.is_corrupt = draw_percent(line) < options->corrupt;
	fate.is_duplicate = draw_percent(line) < options->duplicate;
	fate.is_reordered = draw_percent(line) < options->reorder;
	fate.jitter_ns = draw(line) % (options->jitter_ns + 1);
	fate.bit = draw(line);
	return fate;
}

static bool is_black(const struct options *options, uint64_t since_start_ns)
{
	for (unsigned int i = 0; i < options->blackout_count; i++)
		if (since_start_ns >= options->blackouts[i].start_ns &&
		    since_start_ns < options->blackouts[i].end_ns)
			return true;
	return false;
}

enum counter badline_judge(const struct options *options, struct line *line,
			   const struct fate *fate, size_t len, uint64_t since_start_ns,
			   uint64_t now)
{
	if (is_black(options, since_start_ns))
		return LOST_BLACKOUT;
	if (line->burst_left == 0 && fate->is_burst_start)
		line->burst_left = options->burst_count;
	if (line->burst_left > 0) {
		line->burst_left--;
		return LOST_BURST;
	}
	if (fate->is_lost)
		return LOST;
	if (options->size_max != 0 && len > options->size_max)
		return LOST_TOO_BIG;
	if (options->rate_bps != 0 && line->free_ns > now + options->queue_ns)
		return LOST_QUEUE;
	return SENT;
}

uint64_t badline_due(const struct options *options, struct line *line, const struct fate *fate,
		     size_t len, uint64_t now)
{
	uint64_t due = now;

	if (options->rate_bps != 0) {
		if (line->free_ns < now)
			line->free_ns = now;
		line->free_ns += len * 8 * NS_PER_S / options->rate_bps;
		due = line->free_ns;
	}
	due += options->delay_ns + fate->jitter_ns;
	if (fate->is_reordered)
		return due + options->hold_ns; /* those behind it overtake */
	if (due < line->last_due_ns)
		due = line->last_due_ns;
	line->last_due_ns = due;
	return due;
}
