/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What many configured rooms cost a relay: the start of a worker, a reload (no frame is forwarded
 * meanwhile), memory. One line for each number of rooms; the median of ROUNDS. What grows with the
 * square of the number shows as a time that grows a hundredfold from one line to the next.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "relay/worker.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 9

static void send_nothing(void *user, const struct lp_packet_tx *tx, size_t tx_count)
{
	(void)user;
	(void)tx;
	(void)tx_count;
}

static const struct lp_worker_ops ops = {.send = send_nothing};

static uint64_t now_ns(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * LP_NS_PER_S + (uint64_t)time.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

static double median_ms(uint64_t ns[ROUNDS])
{
	qsort(ns, ROUNDS, sizeof(*ns), compare);
	return (double)ns[ROUNDS / 2] / 1e6;
}

static void measure(struct lp_conf_relay *conf)
{
	struct lp_worker_config config = {.conf = conf};
	const struct lp_now now = {.mono_ns = LP_NS_PER_S, .wall_ns = LP_NS_PER_S};
	uint64_t start[ROUNDS], reload[ROUNDS];
	size_t bytes = 0;
	for (int i = 0; i < ROUNDS; i++) {
		size_t before = mallinfo2().uordblks;
		uint64_t from = now_ns();
		struct lp_worker *worker = lp_worker_new(&config, &ops, NULL, &now);
		start[i] = now_ns() - from;
		bytes = mallinfo2().uordblks - before;
		from = now_ns();
		lp_worker_reconfigure(worker, conf, NULL, &now);
		reload[i] = now_ns() - from;
		lp_worker_free(worker);
	}
	printf("%6zu rooms: start %8.2f ms, reload %8.2f ms, %5zu bytes a room\n", conf->room_count,
	       median_ms(start), median_ms(reload), bytes / conf->room_count);
}

int main(void)
{
	static const size_t counts[] = {100, 1000, 10000};
	for (size_t c = 0; c < LP_ARRAY_COUNT(counts); c++) {
		struct lp_conf_relay conf = {.workers = 1,
					     .room_count = counts[c],
					     .limits = {.rooms = 1 << 20, .pool_frames = 256}};
		conf.rooms = lp_alloc_array(counts[c], sizeof(*conf.rooms));
		for (size_t i = 0; i < counts[c]; i++) {
			char code[32];
			snprintf(code, sizeof(code), "Room%05zu", i);
			conf.rooms[i].code = lp_strdup(code);
			conf.rooms[i].fragments = true;
		}
		measure(&conf);
		for (size_t i = 0; i < counts[c]; i++)
			free(conf.rooms[i].code);
		free(conf.rooms);
	}
	return 0;
}
