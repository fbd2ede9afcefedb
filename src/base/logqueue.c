/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/logqueue.h"

#include "base/mem.h"

#include <string.h>

struct head {
	uint64_t wall_ns;
	uint32_t lost_before;
	uint16_t level;
	uint16_t len; /* of the text behind it, without a NUL */
};

static void copy_in(struct lp_logqueue *queue, const void *data, size_t len)
{
	size_t at = (queue->begin + queue->used) % LP_LOGQUEUE_LEN;
	size_t first = LP_MIN(len, LP_LOGQUEUE_LEN - at);

	memcpy(queue->data + at, data, first);
	memcpy(queue->data, (const uint8_t *)data + first, len - first);
	queue->used += len;
}

static void copy_out(struct lp_logqueue *queue, void *data, size_t len)
{
	size_t first = LP_MIN(len, LP_LOGQUEUE_LEN - queue->begin);

	memcpy(data, queue->data + queue->begin, first);
	memcpy((uint8_t *)data + first, queue->data, len - first);
	queue->begin = (queue->begin + len) % LP_LOGQUEUE_LEN;
	queue->used -= len;
}

static void add_lost(struct lp_logqueue *queue, uint32_t count, uint64_t wall_ns)
{
	queue->lost_count += LP_MIN(count, UINT32_MAX - queue->lost_count);
	queue->lost_ns = wall_ns;
}

void lp_logqueue_put(struct lp_logqueue *queue, enum lp_log_level level, uint64_t wall_ns,
		     const char *text)
{
	struct head head = {.wall_ns = wall_ns,
			    .lost_before = queue->lost_count,
			    .level = (uint16_t)level,
			    .len = (uint16_t)strnlen(text, LP_LOG_LINE_LEN - 1)};

	if (sizeof(head) + head.len > LP_LOGQUEUE_LEN - queue->used) {
		add_lost(queue, 1, wall_ns);
		return;
	}
	queue->lost_count = 0;
	copy_in(queue, &head, sizeof(head));
	copy_in(queue, text, head.len);
}

bool lp_logqueue_take(struct lp_logqueue *queue, struct lp_logline *line)
{
	struct head head = {.wall_ns = queue->lost_ns, .level = LP_LOG_WARN};

	if (queue->used > 0) {
		copy_out(queue, &head, sizeof(head));
	} else {
		head.lost_before = queue->lost_count;
		queue->lost_count = 0;
	}
	line->level = (enum lp_log_level)head.level;
	line->lost_before = head.lost_before;
	line->wall_ns = head.wall_ns;
	copy_out(queue, line->text, head.len);
	line->text[head.len] = '\0';
	return line->lost_before > 0 || head.len > 0;
}

void lp_logqueue_lose(struct lp_logqueue *queue, const struct lp_logline *line)
{
	add_lost(queue, line->lost_before, line->wall_ns);
	add_lost(queue, line->text[0] != '\0', line->wall_ns);
}
