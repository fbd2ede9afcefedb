/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Names that look alike: two with the same skeleton are hard to tell apart (after Unicode TR 39).
 */
#ifndef LP_BASE_SKELETON_H
#define LP_BASE_SKELETON_H

#include <stddef.h>

/*
 * The skeleton of a text of UTF-8: without case, blanks and combining marks; 1, l, I and | are one,
 * 0 and O; full-width letters, and those of Greek and Cyrillic that look like Latin ones, are
 * Latin. Never longer than the text; cut between characters where out is full. Returns out.
 */
const char *lp_skeleton(const char *text, char *out, size_t out_len);

#endif
