/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The memory that was freed: an allocator keeps it for itself, though it may be needed never again.
 */
#ifndef LP_PLATFORM_HEAP_H
#define LP_PLATFORM_HEAP_H

/* Gives what is free back to the system; takes milliseconds. Does nothing where it cannot. */
void lp_heap_trim(void);

#endif
