/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Memory for things that live longer than a frame. Running out of it while starting or while
 * handling a rare event is the end of the process, said in one line: the daemon restarts in a
 * fraction of a second and its peers come back with their tickets. The data path allocates nothing
 * (queue/pool.h).
 */
#ifndef LP_BASE_MEM_H
#define LP_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>

/* Zeroed memory, never NULL. Free with free(). */
void *lp_alloc(size_t size) __attribute__((returns_nonnull, malloc));
void *lp_alloc_array(size_t count, size_t size) __attribute__((returns_nonnull, malloc));
void *lp_realloc_array(void *old, size_t count, size_t size) __attribute__((returns_nonnull));
char *lp_strdup(const char *text) __attribute__((returns_nonnull, malloc));

/* Overwrites len bytes in a way that the compiler keeps; for secrets. */
void lp_wipe(void *data, size_t len);

/* Copies text, cut to fit, always terminated. Returns false when it was cut. */
bool lp_strcopy(char *out, size_t out_len, const char *text);

#define LP_ARRAY_COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LP_MIN(a, b)	      ((a) < (b) ? (a) : (b))
#define LP_MAX(a, b)	      ((a) > (b) ? (a) : (b))

/* The struct of `type` whose `member` is at `pointer`. */
#define LP_CONTAINER_OF(pointer, type, member)                                                     \
	((type *)(void *)((char *)(pointer)-offsetof(type, member)))

#endif
