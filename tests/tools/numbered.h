/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Numbered frames: what a test counts at the far end, without asking the programs under test.
 *
 *   Ethernet header 14 | "LPnf" 4 | stream 4 | sequence 8 | length 4 | CRC-32 4 | filler
 *
 * Network byte order. Length is that of the whole frame, so that padding behind it does no harm.
 * The CRC (IEEE 802.3) covers all from "LPnf" to the end of the filler, its own four bytes as
 * zeros. The filler differs from sequence to sequence: a frame joined from fragments of two others
 * is corrupt.
 */
#ifndef LP_TOOLS_NUMBERED_H
#define LP_TOOLS_NUMBERED_H

#include <stddef.h>
#include <stdint.h>

#define NUMBERED_MIN 38
#define NUMBERED_MAX 65536

enum numbered { NUMBERED_OTHER, NUMBERED_CORRUPT, NUMBERED_GOOD };

/* Makes the tables; before anything else. */
void numbered_init(void);

/* Fills frame[len] behind its Ethernet header; len is NUMBERED_MIN to NUMBERED_MAX. */
void numbered_build(uint8_t *frame, size_t len, uint32_t stream, uint64_t sequence);

/* Frames without the magic, or of another stream, are OTHER. *sequence is set for GOOD. */
enum numbered numbered_check(const uint8_t *frame, size_t len, uint32_t stream, uint64_t *sequence);

#endif
