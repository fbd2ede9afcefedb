/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/mem.h"
#include "wire/cursor.h"
#include "wire/message.h"

#include <stdlib.h>

#define BUFFER_MIN (size_t)512

static void grow(struct lp_record_reader *reader, size_t len)
{
	size_t capacity = LP_MAX(reader->capacity, BUFFER_MIN);

	while (capacity < len)
		capacity *= 2;
	if (capacity == reader->capacity)
		return;
	reader->buffer = lp_realloc_array(reader->buffer, capacity, 1);
	reader->capacity = capacity;
}

void lp_record_fini(struct lp_record_reader *reader)
{
	free(reader->buffer);
	*reader = (struct lp_record_reader){0};
}

/* Moves bytes in until the buffer holds `want`. */
static bool fill_to(struct lp_record_reader *reader, size_t want, const uint8_t **data, size_t *len)
{
	size_t take = LP_MIN(want - reader->len, *len);

	if (take > 0) {
		grow(reader, reader->len + take);
		memcpy(reader->buffer + reader->len, *data, take);
		reader->len += take;
		*data += take;
		*len -= take;
	}
	return reader->len == want;
}

static size_t announced_len(const struct lp_record_reader *reader)
{
	struct lp_reader header = lp_reader_init(reader->buffer, LP_RECORD_HEADER_LEN);

	return lp_reader_u32(&header);
}

enum lp_err lp_record_next(struct lp_record_reader *reader, const uint8_t **data, size_t *len,
			   const uint8_t **json, size_t *json_len)
{
	/* A whole record in the buffer is the one that the last call gave. */
	if (reader->len >= LP_RECORD_HEADER_LEN &&
	    reader->len == LP_RECORD_HEADER_LEN + announced_len(reader))
		reader->len = 0;

	if (reader->len < LP_RECORD_HEADER_LEN && !fill_to(reader, LP_RECORD_HEADER_LEN, data, len))
		return LP_ERR_AGAIN;

	size_t record_len = announced_len(reader);

	if (record_len > LP_RECORD_MAX)
		return LP_ERR_TOO_LARGE;
	if (!fill_to(reader, LP_RECORD_HEADER_LEN + record_len, data, len))
		return LP_ERR_AGAIN;
	*json = reader->buffer + LP_RECORD_HEADER_LEN;
	*json_len = record_len;
	return LP_OK;
}
