/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Log lines that wait for whoever writes them: a ring of a fixed size. What finds no room is
 * dropped and counted, and the count is told in the place of the gap.
 *
 * No lock and no memory of its own: the owner sees to both.
 */
#ifndef LP_BASE_LOGQUEUE_H
#define LP_BASE_LOGQUEUE_H

#include "base/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_LOGQUEUE_LEN (128 * 1024)

struct lp_logqueue {
	size_t begin; /* of the oldest line */
	size_t used;  /* bytes */
	uint32_t lost_count;
	uint64_t lost_ns; /* when the last of them came */
	uint8_t data[LP_LOGQUEUE_LEN];
};

struct lp_logline {
	enum lp_log_level level;
	uint32_t lost_before; /* lines that were dropped between the one before it and this one */
	uint64_t wall_ns;
	char text[LP_LOG_LINE_LEN]; /* empty: only the count is to be told */
};

/* Copies the line, or counts it as lost. Zero-initialised is an empty queue. */
void lp_logqueue_put(struct lp_logqueue *queue, enum lp_log_level level, uint64_t wall_ns,
		     const char *text);

/* The oldest line into *line; behind the last one, how many were lost. False = nothing waits. */
bool lp_logqueue_take(struct lp_logqueue *queue, struct lp_logline *line);

/* A line that was taken could not be written after all. */
void lp_logqueue_lose(struct lp_logqueue *queue, const struct lp_logline *line);

#endif
