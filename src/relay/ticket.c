/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/ticket.h"

#include "crypto/seal.h"
#include "relay/worker_impl.h"
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
	if (lp_seal(peer->worker->config.ticket_key, PURPOSE, clear, len, text,
		    LP_TICKET_MAX + 1) != LP_OK)
		text[0] = '\0';
}

/* False when it is no ticket, or another relay's. */
static bool read_ticket(const struct lp_peer *peer, struct lp_ticket *ticket)
{
	uint8_t clear[CLEAR_MAX];
	size_t len;
	if (lp_unseal(peer->worker->config.ticket_key, PURPOSE, peer->hello.resume, clear,
		      sizeof(clear), &len) != LP_OK)
		return false;
	struct lp_reader reader = lp_reader_init(clear, len);
	ticket->wall_ns = lp_reader_u64(&reader);
	ticket->id = lp_reader_u16(&reader);
	ticket->role = lp_reader_u8(&reader) == LP_ROLE_GATEWAY ? LP_ROLE_GATEWAY : LP_ROLE_CLIENT;
	const uint8_t *mac = lp_reader_bytes(&reader, LP_MAC_LEN);
	size_t room_len = lp_reader_left(&reader);
	const uint8_t *room = lp_reader_bytes(&reader, room_len);
	if (reader.has_failed || room_len > LP_ROOM_MAX || ticket->id == 0)
		return false;
	memcpy(ticket->mac.octet, mac, LP_MAC_LEN);
	memcpy(ticket->room, room, room_len);
	return true;
}

bool lp_ticket_check(const struct lp_peer *peer, uint64_t wall_ns, struct lp_ticket *ticket)
{
	*ticket = (struct lp_ticket){0};
	if (!read_ticket(peer, ticket)) {
		*ticket = (struct lp_ticket){0};
		return false;
	}
	if (ticket->role != peer->hello.role || strcmp(ticket->room, peer->hello.room) != 0 ||
	    !lp_mac_is_equal(&ticket->mac, &peer->hello.mac))
		return false;
	/* A clock that was set back must not lock anybody out. */
	return wall_ns <= ticket->wall_ns || wall_ns - ticket->wall_ns <= LP_TICKET_LIFE_NS;
}
