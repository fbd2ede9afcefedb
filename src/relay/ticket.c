/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/ticket.h"

#include "crypto/seal.h"
#include "wire/cursor.h"

#define PURPOSE	  "lanparty resume ticket 1"
#define CLEAR_MAX 128

static size_t write_clear(const struct lp_peer *peer, uint16_t id, uint64_t wall_ns,
			  uint8_t clear[CLEAR_MAX])
{
	struct lp_writer writer = lp_writer_init(clear, CLEAR_MAX);
	lp_writer_u64(&writer, wall_ns);
	lp_writer_u16(&writer, id);
	lp_writer_u8(&writer, (uint8_t)peer->hello.role);
	lp_writer_bytes(&writer, peer->hello.mac.octet, LP_MAC_LEN);
	lp_writer_bytes(&writer, peer->hello.room, strlen(peer->hello.room));
	return writer.len;
}

void lp_ticket_make(const struct lp_peer *peer, uint64_t wall_ns, char text[LP_TICKET_MAX + 1])
{
	uint8_t clear[CLEAR_MAX];
	size_t len = write_clear(peer, peer->id, wall_ns, clear);
	if (lp_seal(peer->hub->config.ticket_key, PURPOSE, clear, len, text, LP_TICKET_MAX + 1) !=
	    LP_OK)
		text[0] = '\0';
}

bool lp_ticket_check(const struct lp_peer *peer, uint64_t wall_ns, uint16_t *id)
{
	uint8_t clear[CLEAR_MAX];
	uint8_t expected[CLEAR_MAX];
	size_t len;
	if (lp_unseal(peer->hub->config.ticket_key, PURPOSE, peer->hello.resume, clear,
		      sizeof(clear), &len) != LP_OK)
		return false;
	struct lp_reader reader = lp_reader_init(clear, len);
	uint64_t issued_ns = lp_reader_u64(&reader);
	uint16_t ticket_id = lp_reader_u16(&reader);
	/* Whatever else it says must be what this hello says. */
	size_t expected_len = write_clear(peer, ticket_id, issued_ns, expected);
	if (reader.has_failed || ticket_id == 0 || len != expected_len ||
	    memcmp(clear, expected, len) != 0)
		return false;
	/* A clock that was set back must not lock anybody out. */
	if (wall_ns > issued_ns && wall_ns - issued_ns > LP_TICKET_LIFE_NS)
		return false;
	*id = ticket_id;
	return true;
}
