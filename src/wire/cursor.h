/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Bounds-checked reading and writing of network byte order, with a sticky error: after the first
 * failure every read gives 0 and every write does nothing, so a decoder checks once, at its end.
 */
#ifndef LP_WIRE_CURSOR_H
#define LP_WIRE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads from data[len], which it borrows. */
struct lp_reader {
	const uint8_t *data;
	size_t len;
	size_t offset;
	bool has_failed;
};

struct lp_reader lp_reader_init(const uint8_t *data, size_t len);
uint8_t lp_reader_u8(struct lp_reader *reader);
uint16_t lp_reader_u16(struct lp_reader *reader);
uint32_t lp_reader_u32(struct lp_reader *reader);
uint64_t lp_reader_u64(struct lp_reader *reader);

/* The next len bytes, borrowed, or NULL. */
const uint8_t *lp_reader_bytes(struct lp_reader *reader, size_t len);
size_t lp_reader_left(const struct lp_reader *reader);

/* Writes into data[cap], which it borrows. */
struct lp_writer {
	uint8_t *data;
	size_t cap;
	size_t len;
	bool has_failed;
};

struct lp_writer lp_writer_init(uint8_t *data, size_t cap);
void lp_writer_u8(struct lp_writer *writer, uint8_t value);
void lp_writer_u16(struct lp_writer *writer, uint16_t value);
void lp_writer_u32(struct lp_writer *writer, uint32_t value);
void lp_writer_u64(struct lp_writer *writer, uint64_t value);
void lp_writer_bytes(struct lp_writer *writer, const void *data, size_t len);

#endif
