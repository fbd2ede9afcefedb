/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/mem.h"
#include "quic/conn_impl.h"

#include <stdlib.h>

void lp_stream_init(struct lp_stream *stream)
{
	memset(stream, 0, sizeof(*stream));
	lp_list_init(&stream->chunks);
}

void lp_stream_fini(struct lp_stream *stream)
{
	lp_stream_acked(stream, UINT64_MAX);
}

void lp_stream_append(struct lp_stream *stream, const uint8_t *data, size_t len)
{
	struct lp_stream_chunk *chunk = lp_alloc(sizeof(*chunk) + len);
	chunk->offset = stream->end;
	chunk->len = len;
	memcpy(chunk->data, data, len);
	lp_list_append(&stream->chunks, &chunk->link);
	stream->end += len;
}

size_t lp_stream_peek(struct lp_stream *stream, const uint8_t **data)
{
	if (stream->written == stream->end)
		return 0;
	struct lp_stream_chunk *chunk = stream->unsent;
	if (!chunk)
		chunk = LP_LIST_FIRST(&stream->chunks, struct lp_stream_chunk, link);
	while (stream->written >= chunk->offset + chunk->len)
		chunk = LP_CONTAINER_OF(chunk->link.next, struct lp_stream_chunk, link);
	stream->unsent = chunk;
	uint64_t skip = stream->written - chunk->offset;
	*data = chunk->data + skip;
	return chunk->len - (size_t)skip;
}

void lp_stream_acked(struct lp_stream *stream, uint64_t offset)
{
	if (offset > stream->acked)
		stream->acked = LP_MIN(offset, stream->end);
	struct lp_stream_chunk *chunk;
	struct lp_stream_chunk *following;
	LP_LIST_FOREACH_SAFE (chunk, following, &stream->chunks, struct lp_stream_chunk, link) {
		if (chunk->offset + chunk->len > offset)
			break;
		if (chunk == stream->unsent)
			stream->unsent = NULL;
		lp_list_remove(&chunk->link);
		free(chunk);
	}
}
