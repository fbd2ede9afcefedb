/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "numbered.h"

#include <endian.h>
#include <string.h>

#define MAGIC_AT   14
#define STREAM_AT  18
#define SEQ_AT	   22
#define LENGTH_AT  30
#define CRC_AT	   34
#define FILLER_AT  38
#define FILLER_ROW 65536 /* starts at which a filler may begin */

static const uint8_t magic[4] = {'L', 'P', 'n', 'f'};

static uint32_t crc_tables[8][256];
static uint8_t filler[FILLER_ROW + NUMBERED_MAX];

void numbered_init(void)
{
	uint64_t random = 1;

	for (uint32_t i = 0; i < 256; i++) {
		uint32_t crc = i;

		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
		crc_tables[0][i] = crc;
	}
	for (int table = 1; table < 8; table++)
		for (int i = 0; i < 256; i++) {
			uint32_t crc = crc_tables[table - 1][i];

			crc_tables[table][i] = crc >> 8 ^ crc_tables[0][crc & 255];
		}
	for (size_t i = 0; i < sizeof(filler); i++) {
		random = random * 6364136223846793005ULL + 1442695040888963407ULL;
		filler[i] = (uint8_t)(random >> 56);
	}
}

/* Eight bytes a step, or the generator would be slower than what it measures. */
static uint32_t crc_add(uint32_t crc, const uint8_t *data, size_t len)
{
	for (; len >= 8; data += 8, len -= 8) {
		uint64_t word;

		memcpy(&word, data, sizeof(word));
		word = le64toh(word) ^ crc;
		crc = crc_tables[7][word & 255] ^ crc_tables[6][word >> 8 & 255] ^
		      crc_tables[5][word >> 16 & 255] ^ crc_tables[4][word >> 24 & 255] ^
		      crc_tables[3][word >> 32 & 255] ^ crc_tables[2][word >> 40 & 255] ^
		      crc_tables[1][word >> 48 & 255] ^ crc_tables[0][word >> 56 & 255];
	}
	for (; len > 0; data++, len--)
		crc = crc >> 8 ^ crc_tables[0][(crc ^ *data) & 255];
	return crc;
}

static uint32_t crc_of(const uint8_t *frame, size_t len)
{
	static const uint8_t zeros[4];
	uint32_t crc = crc_add(~0U, frame + MAGIC_AT, CRC_AT - MAGIC_AT);

	crc = crc_add(crc, zeros, sizeof(zeros));
	return ~crc_add(crc, frame + FILLER_AT, len - FILLER_AT);
}

static void put32(uint8_t *at, uint32_t value)
{
	value = htobe32(value);
	memcpy(at, &value, sizeof(value));
}

static uint32_t get32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return be32toh(value);
}

void numbered_build(uint8_t *frame, size_t len, uint32_t stream, uint64_t sequence)
{
	size_t start = (size_t)(sequence * 40503 % FILLER_ROW);

	memcpy(frame + MAGIC_AT, magic, sizeof(magic));
	put32(frame + STREAM_AT, stream);
	put32(frame + SEQ_AT, (uint32_t)(sequence >> 32));
	put32(frame + SEQ_AT + 4, (uint32_t)sequence);
	put32(frame + LENGTH_AT, (uint32_t)len);
	memcpy(frame + FILLER_AT, filler + start, len - FILLER_AT);
	put32(frame + CRC_AT, crc_of(frame, len));
}

enum numbered numbered_check(const uint8_t *frame, size_t len, uint32_t stream, uint64_t *sequence)
{
	size_t said;

	if (len < NUMBERED_MIN || memcmp(frame + MAGIC_AT, magic, sizeof(magic)) != 0 ||
	    get32(frame + STREAM_AT) != stream)
		return NUMBERED_OTHER;
	said = get32(frame + LENGTH_AT);
	if (said < NUMBERED_MIN || said > len || get32(frame + CRC_AT) != crc_of(frame, said))
		return NUMBERED_CORRUPT;
	*sequence = (uint64_t)get32(frame + SEQ_AT) << 32 | get32(frame + SEQ_AT + 4);
	return NUMBERED_GOOD;
}
