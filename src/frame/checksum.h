/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The Internet checksum (RFC 1071), for frames that a kernel hands over unfinished and for those
 * that it takes in bulk.
 */
#ifndef LP_FRAME_CHECKSUM_H
#define LP_FRAME_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Adds data[len] to a sum that began as 0. Only the last part of what is summed may have an odd
 * length.
 */
uint64_t lp_checksum_add(uint64_t sum, const uint8_t *data, size_t len);

/*
 * Adds the pseudo header of TCP or UDP over the IP header at `ip`, whose version is read from its
 * first byte (20 or 40 bytes must be there). l4_len is the length of the TCP or UDP header and what
 * follows it.
 */
uint64_t lp_checksum_add_pseudo(uint64_t sum, const uint8_t *ip, uint8_t protocol, size_t l4_len);

/* The sum folded to 16 bits, not inverted, as it goes into a field that others will complete. */
void lp_checksum_store_partial(uint8_t field[2], uint64_t sum);

/* The finished checksum: inverted. */
void lp_checksum_store(uint8_t field[2], uint64_t sum);

/* The same, but 0 is written as 0xffff: in UDP 0 means that there is none. */
void lp_checksum_store_nonzero(uint8_t field[2], uint64_t sum);

/* True if data summed with its checksum in place comes out right. */
bool lp_checksum_is_right(uint64_t sum);

#endif
