/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * TCP and UDP frames for tests, and a checksum that is computed byte by byte, so that it shares
 * nothing with the one under test.
 */
#ifndef LP_TESTS_TCP_FRAME_H
#define LP_TESTS_TCP_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TCP_FRAME_MAX 66000

/* What a frame is made of. Zero-initialised: IPv4, TCP without options, untagged, no payload. */
struct tcp_frame {
	bool is_ip6;
	bool is_udp;
	unsigned tag_count;
	size_t ip_options_len;	/* IPv4 options, or an IPv6 destination header: multiple of 8 */
	size_t tcp_options_len; /* multiple of 4 */
	size_t payload_len;
	uint32_t sequence; /* of TCP; the payload's bytes follow from it */
	uint16_t id;
	uint16_t port; /* of the sender */
	uint8_t flags; /* of TCP; 0 means ACK */
	bool may_fragment;
};

/* Where things are in it. */
struct tcp_layout {
	size_t l3;
	size_t l4;
	size_t payload;
	size_t len;
};

/* Writes the frame, checksums finished. */
struct tcp_layout tcp_frame_write(const struct tcp_frame *frame, uint8_t *out);

/* Replaces the checksum by what a kernel leaves there for a card to complete. */
void tcp_frame_unfinish(const struct tcp_frame *frame, uint8_t *out);

/* The byte of a stream at a sequence number. */
uint8_t tcp_frame_byte(uint32_t sequence);

/* Are the checksums of IP and of TCP or UDP right, and all lengths true? */
bool tcp_frame_is_right(const struct tcp_frame *frame, const uint8_t *data, size_t len);

uint16_t tcp_frame_get16(const uint8_t *p);
uint32_t tcp_frame_get32(const uint8_t *p);

#endif
