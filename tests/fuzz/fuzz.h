/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* What every fuzzer is: one entry point, and assertions that no build switches off. */
#ifndef LP_TESTS_FUZZ_H
#define LP_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Optional, for replay.c's inputs at random: turns one into what goes deeper, and says at the end
 * what came of them all. */
void fuzz_shape(uint8_t *data, size_t len);
void fuzz_report(void);

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);            \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

#endif
