/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "queue/pool.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

/* Under AddressSanitizer the bytes of a free frame are out of bounds, as if it had been freed. */
#if defined(__SANITIZE_ADDRESS__)
#define LP_POOL_HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LP_POOL_HAS_ASAN 1
#endif
#endif

#ifdef LP_POOL_HAS_ASAN
#include <sanitizer/asan_interface.h>
#define HIDE(frame)   ASAN_POISON_MEMORY_REGION((frame)->data, sizeof((frame)->data))
#define REVEAL(frame) ASAN_UNPOISON_MEMORY_REGION((frame)->data, sizeof((frame)->data))
#else
#define HIDE(frame)   ((void)(frame))
#define REVEAL(frame) ((void)(frame))
#endif

struct lp_pool {
	size_t count;
	size_t free_count;
	size_t untouched_from;	   /* frames behind it were never given: their pages cost nothing */
	struct lp_frame *returned; /* the last one back goes out first: it is still in the cache */
	struct lp_frame frames[];
};

struct lp_pool *lp_pool_new(size_t count)
{
	assert(count <= (SIZE_MAX - sizeof(struct lp_pool)) / sizeof(struct lp_frame));

	struct lp_pool *pool = lp_alloc(sizeof(struct lp_pool) + count * sizeof(struct lp_frame));

	pool->count = count;
	pool->free_count = count;
	return pool;
}

void lp_pool_free(struct lp_pool *pool)
{
	if (pool == NULL)
		return;
	assert(pool->free_count == pool->count);
	for (size_t i = 0; i < pool->untouched_from; i++)
		REVEAL(&pool->frames[i]);
	free(pool);
}

struct lp_frame *lp_pool_get(struct lp_pool *pool)
{
	struct lp_frame *frame = pool->returned;

	if (frame != NULL) {
		pool->returned = frame->next_free;
		REVEAL(frame);
	} else if (pool->untouched_from < pool->count) {
		frame = &pool->frames[pool->untouched_from++];
		frame->pool = pool;
	} else {
		return NULL;
	}
	pool->free_count--;
	frame->ref_count = 1;
	return frame;
}

struct lp_frame *lp_frame_ref(struct lp_frame *frame)
{
	assert(frame->ref_count > 0);
	frame->ref_count++;
	return frame;
}

void lp_frame_unref(struct lp_frame *frame)
{
	if (frame == NULL)
		return;
	assert(frame->ref_count > 0);
	if (--frame->ref_count > 0)
		return;

	struct lp_pool *pool = frame->pool;

	frame->next_free = pool->returned;
	pool->returned = frame;
	pool->free_count++;
	HIDE(frame);
}

size_t lp_pool_free_count(const struct lp_pool *pool)
{
	return pool->free_count;
}
