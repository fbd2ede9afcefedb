/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "quic/frame_scan.h"

#include "base/mem.h"
#include "wire/cursor.h"

/* A variable-length integer (RFC 9000 §16). */
static uint64_t read_varint(struct lp_reader *reader)
{
	uint8_t first = lp_reader_u8(reader);
	uint64_t value = first & 0x3f;
	for (unsigned more = (1U << (first >> 6)) - 1; more > 0; more--)
		value = value << 8 | lp_reader_u8(reader);
	return value;
}

static void skip_varints(struct lp_reader *reader, unsigned count)
{
	while (count-- > 0)
		read_varint(reader);
}

static void skip_bytes(struct lp_reader *reader, uint64_t len)
{
	lp_reader_bytes(reader, (size_t)LP_MIN(len, (uint64_t)SIZE_MAX));
}

static void skip_ack(struct lp_reader *reader, bool has_ecn)
{
	skip_varints(reader, 2);
	uint64_t ranges = read_varint(reader);
	skip_varints(reader, 1);
	for (uint64_t i = 0; i < ranges && !reader->has_failed; i++)
		skip_varints(reader, 2);
	skip_varints(reader, has_ecn ? 3 : 0);
}

static void skip_stream(struct lp_reader *reader, uint64_t type)
{
	skip_varints(reader, type & 0x04 ? 2 : 1);
	if (type & 0x02)
		skip_bytes(reader, read_varint(reader));
	else
		skip_bytes(reader, lp_reader_left(reader));
}

/* The rest of a frame of that type (RFC 9000 §19, RFC 9221 §4). */
static void skip_frame(struct lp_reader *reader, uint64_t type)
{
	if (type >= 0x08 && type <= 0x0f) {
		skip_stream(reader, type);
		return;
	}
	switch (type) {
	case 0x00: /* PADDING, PING, HANDSHAKE_DONE */
	case 0x01:
	case 0x1e:
		break;
	case 0x04: /* RESET_STREAM */
		skip_varints(reader, 3);
		break;
	case 0x06: /* CRYPTO */
		skip_varints(reader, 1);
		skip_bytes(reader, read_varint(reader));
		break;
	case 0x07: /* NEW_TOKEN, DATAGRAM with a length */
	case 0x31:
		skip_bytes(reader, read_varint(reader));
		break;
	case 0x10: /* MAX_DATA, MAX_STREAMS, DATA_BLOCKED, STREAMS_BLOCKED, RETIRE_CONNECTION_ID */
	case 0x12:
	case 0x13:
	case 0x14:
	case 0x16:
	case 0x17:
	case 0x19:
		skip_varints(reader, 1);
		break;
	case 0x11: /* MAX_STREAM_DATA, STREAM_DATA_BLOCKED */
	case 0x15:
		skip_varints(reader, 2);
		break;
	case 0x18: /* NEW_CONNECTION_ID */
		skip_varints(reader, 2);
		skip_bytes(reader, lp_reader_u8(reader) + 16U);
		break;
	case 0x1a: /* PATH_CHALLENGE, PATH_RESPONSE */
	case 0x1b:
		skip_bytes(reader, 8);
		break;
	case 0x30: /* DATAGRAM up to the end */
		skip_bytes(reader, lp_reader_left(reader));
		break;
	default: /* it ends the connection, or nobody knows how long it is */
		reader->has_failed = true;
	}
}

/* STOP_SENDING (RFC 9000 §19.5). */
static void read_stop_sending(struct lp_reader *reader, struct lp_frame_scan *scan)
{
	bool is_control = read_varint(reader) == 0;
	skip_varints(reader, 1);
	scan->stops_control |= is_control && !reader->has_failed;
}

/* The largest acknowledged stands first (RFC 9000 §19.3). */
static void read_ack(struct lp_reader *reader, bool has_ecn, struct lp_frame_scan *scan)
{
	struct lp_reader ahead = *reader;
	uint64_t largest = read_varint(&ahead);
	uint64_t delay = read_varint(&ahead);
	skip_ack(reader, has_ecn);
	if (!scan->has_ack || largest > scan->largest_ack) {
		scan->largest_ack = largest;
		scan->ack_delay = delay;
	}
	scan->has_ack = true;
}

struct lp_frame_scan lp_frame_scan(const uint8_t *frames, size_t len)
{
	struct lp_reader reader = lp_reader_init(frames, len);
	struct lp_frame_scan scan = {0};
	while (lp_reader_left(&reader) > 0 && !reader.has_failed) {
		uint64_t type = read_varint(&reader);
		if (type == 0x05)
			read_stop_sending(&reader, &scan);
		else if (type == 0x02 || type == 0x03)
			read_ack(&reader, type == 0x03, &scan);
		else
			skip_frame(&reader, type);
	}
	scan.stops_control &= !reader.has_failed;
	return scan;
}
