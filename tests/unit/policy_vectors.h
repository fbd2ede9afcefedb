/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Reads tests/data/policy-vectors.txt: frames, and what the safety classifier must say to them.
 */
#ifndef LP_TESTS_POLICY_VECTORS_H
#define LP_TESTS_POLICY_VECTORS_H

#include "frame/policy.h"

#define POLICY_VECTOR_NAME_LEN 64

struct policy_vector {
	char name[POLICY_VECTOR_NAME_LEN];
	enum lp_direction direction;
	struct lp_policy policy;
	bool has_source; /* the announced MAC is `source` */
	struct lp_mac source;
	enum lp_verdict verdict;
	uint8_t *frame; /* a block of just len bytes, so that a sanitizer sees one byte too many */
	size_t len;
};

/*
 * Calls on_vector for every vector and direction of the file, which is looked for in $srcdir. The
 * vector is borrowed. Returns how many there were; a file that cannot be read ends the program.
 */
size_t policy_vectors_each(void (*on_vector)(void *user, const struct policy_vector *vector),
			   void *user);

#endif
