/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "wire/datagram.h"

#include "wire/cursor.h"

/* What a payload must be depends on the kind alone. */
static enum lp_verdict check_payload(const struct lp_datagram *datagram)
{
	size_t payload_len = datagram->payload_len;

	switch (datagram->kind) {
	case LP_KIND_FRAME:
		return payload_len <= LP_FRAME_MAX ? LP_VERDICT_FORWARD : LP_VERDICT_OVERSIZE;
	case LP_KIND_FRAGMENT:
		if (datagram->frame_len > LP_FRAME_MAX)
			return LP_VERDICT_OVERSIZE;
		if (payload_len == 0 || payload_len >= datagram->frame_len ||
		    datagram->offset > datagram->frame_len - payload_len)
			return LP_VERDICT_MALFORMED;
		return LP_VERDICT_FORWARD;
	case LP_KIND_PROBE:
		return payload_len <= LP_PROBE_PAYLOAD_MAX ? LP_VERDICT_FORWARD
							   : LP_VERDICT_OVERSIZE;
	case LP_KIND_PROBE_ECHO:
		return payload_len == 0 ? LP_VERDICT_FORWARD : LP_VERDICT_MALFORMED;
	case LP_KIND_SEALED: /* of no version 1 feature yet */
	default:
		return LP_VERDICT_MALFORMED;
	}
}

enum lp_verdict lp_datagram_decode(const uint8_t *data, size_t len, uint8_t flags_allowed,
				   struct lp_datagram *out)
{
	struct lp_reader reader = lp_reader_init(data, len);
	uint8_t version_kind = lp_reader_u8(&reader);

	out->kind = version_kind & 0x0f;
	out->flags = lp_reader_u8(&reader);
	out->source_id = lp_reader_u16(&reader);
	out->sequence = lp_reader_u32(&reader);
	out->frame_len = 0;
	out->offset = 0;
	if (out->kind == LP_KIND_FRAGMENT) {
		out->frame_len = lp_reader_u16(&reader);
		out->offset = lp_reader_u16(&reader);
	}
	out->payload_len = lp_reader_left(&reader);
	out->payload = lp_reader_bytes(&reader, out->payload_len);
	if (reader.has_failed || version_kind >> 4 != LP_WIRE_VERSION ||
	    (out->flags & ~flags_allowed) != 0)
		return LP_VERDICT_MALFORMED;
	return check_payload(out);
}

size_t lp_datagram_encode_header(const struct lp_datagram *datagram,
				 uint8_t out[LP_FRAGMENT_HEADER_LEN])
{
	struct lp_writer writer = lp_writer_init(out, LP_FRAGMENT_HEADER_LEN);

	lp_writer_u8(&writer, (uint8_t)(LP_WIRE_VERSION << 4 | datagram->kind));
	lp_writer_u8(&writer, datagram->flags);
	lp_writer_u16(&writer, datagram->source_id);
	lp_writer_u32(&writer, datagram->sequence);
	if (datagram->kind == LP_KIND_FRAGMENT) {
		lp_writer_u16(&writer, datagram->frame_len);
		lp_writer_u16(&writer, datagram->offset);
	}
	return writer.len;
}

enum lp_err lp_datagram_encode(const struct lp_datagram *datagram, uint8_t *out, size_t cap,
			       size_t *out_len)
{
	uint8_t header[LP_FRAGMENT_HEADER_LEN];
	size_t header_len = lp_datagram_encode_header(datagram, header);
	struct lp_writer writer = lp_writer_init(out, cap);

	lp_writer_bytes(&writer, header, header_len);
	lp_writer_bytes(&writer, datagram->payload, datagram->payload_len);
	if (writer.has_failed)
		return LP_ERR_TOO_LARGE;
	*out_len = writer.len;
	return LP_OK;
}
