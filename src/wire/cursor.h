/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Bounds-checked reading and writing of network byte order, with a sticky error: after the first
 * failure every read gives 0 and every write does nothing, so a decoder checks once, at its end.
 *
 * All of it is inline: a datagram header is read and written for every frame, and the compiler
 * folds the checks of its fields.
 */
#ifndef LP_WIRE_CURSOR_H
#define LP_WIRE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Reads from data[len], which it borrows. */
struct lp_reader {
	const uint8_t *data;
	size_t len;
	size_t offset;
	bool has_failed;
};

static inline struct lp_reader lp_reader_init(const uint8_t *data, size_t len)
{
	return (struct lp_reader){.data = data, .len = len};
}

static inline size_t lp_reader_left(const struct lp_reader *reader)
{
	return reader->len - reader->offset;
}

/* The next len bytes, borrowed, or NULL. */
static inline const uint8_t *lp_reader_bytes(struct lp_reader *reader, size_t len)
{
	if (reader->has_failed || len > lp_reader_left(reader)) {
		reader->has_failed = true;
		reader->offset = reader->len;
		return NULL;
	}
	const uint8_t *bytes = reader->data + reader->offset;
	reader->offset += len;
	return bytes;
}

static inline uint8_t lp_reader_u8(struct lp_reader *reader)
{
	const uint8_t *p = lp_reader_bytes(reader, 1);

	return p ? p[0] : 0;
}

static inline uint16_t lp_reader_u16(struct lp_reader *reader)
{
	const uint8_t *p = lp_reader_bytes(reader, 2);

	if (p == NULL)
		return 0;
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t lp_reader_u32(struct lp_reader *reader)
{
	const uint8_t *p = lp_reader_bytes(reader, 4);

	return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

static inline uint64_t lp_reader_u64(struct lp_reader *reader)
{
	const uint8_t *p = lp_reader_bytes(reader, 8);
	uint64_t value = 0;

	for (int i = 0; p && i < 8; i++)
		value = value << 8 | p[i];
	return value;
}

/* Writes into data[cap], which it borrows. */
struct lp_writer {
	uint8_t *data;
	size_t cap;
	size_t len;
	bool has_failed;
};

static inline struct lp_writer lp_writer_init(uint8_t *data, size_t cap)
{
	return (struct lp_writer){.data = data, .cap = cap};
}

/* Where the next len bytes go, for the caller to write, or NULL. */
static inline uint8_t *lp_writer_reserve(struct lp_writer *writer, size_t len)
{
	if (writer->has_failed || len > writer->cap - writer->len) {
		writer->has_failed = true;
		return NULL;
	}
	uint8_t *place = writer->data + writer->len;
	writer->len += len;
	return place;
}

static inline void lp_writer_bytes(struct lp_writer *writer, const void *data, size_t len)
{
	uint8_t *place = lp_writer_reserve(writer, len);

	if (place && len > 0)
		memcpy(place, data, len);
}

static inline void lp_writer_u8(struct lp_writer *writer, uint8_t value)
{
	lp_writer_bytes(writer, &value, 1);
}

static inline void lp_writer_u16(struct lp_writer *writer, uint16_t value)
{
	uint8_t *place = lp_writer_reserve(writer, 2);

	if (place) {
		place[0] = (uint8_t)(value >> 8);
		place[1] = (uint8_t)value;
	}
}

static inline void lp_writer_u32(struct lp_writer *writer, uint32_t value)
{
	uint8_t *place = lp_writer_reserve(writer, 4);

	for (int i = 0; place && i < 4; i++)
		place[i] = (uint8_t)(value >> (24 - 8 * i));
}

static inline void lp_writer_u64(struct lp_writer *writer, uint64_t value)
{
	uint8_t *place = lp_writer_reserve(writer, 8);

	for (int i = 0; place && i < 8; i++)
		place[i] = (uint8_t)(value >> (56 - 8 * i));
}

#endif
