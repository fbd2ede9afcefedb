/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* How a peer leaves: by itself, cut, or because another one has its place now. */

#include "base/mem.h"
#include "base/quote.h"
#include "relay/seat.h"
#include "relay/worker_impl.h"

#include <stdlib.h>

void lp_peer_gone(struct lp_peer *peer)
{
	peer->state = LP_PEER_GONE;
	lp_worker_need_tick(peer->worker, 0);
	peer->worker->has_gone = true;
}

void lp_peer_leave(struct lp_peer *peer, const char *reason)
{
	struct lp_worker *worker = peer->worker;
	struct lp_room *room = peer->room;
	char text[128], quoted[LP_QUOTED_LEN];
	if (!room)
		return;
	if (peer->link) /* counted before the ledger moves on */
		lp_link_clear_queue(peer->link, LP_VERDICT_PEER_GONE);
	lp_worker_log(worker, "%s left room \"%s\": %s", lp_peer_describe(peer, text), room->name,
		      lp_quote(reason, LP_QUOTE_SENTENCE, quoted, sizeof(quoted)));
	lp_seat_leave(peer, reason);
	lp_room_retire_id(room, peer, worker->now.mono_ns);
	lp_room_remove(room, peer, worker->now.mono_ns);
	lp_ledger_add(&room->departed, &peer->ledger);
	memset(&peer->ledger, 0, sizeof(peer->ledger));
	worker->peer_count--;

	struct lp_message message = {.type = LP_MESSAGE_PEER_LEFT};
	message.peer_left.peer_id = peer->id;
	lp_strcopy(message.peer_left.reason, sizeof(message.peer_left.reason), reason);
	lp_room_tell(room, &message, peer);
}

void lp_peer_cut(struct lp_peer *peer, const char *reason, enum lp_quic_code code)
{
	lp_peer_leave(peer, reason);
	if (!peer->link) {
		lp_peer_gone(peer);
		return;
	}
	lp_link_close(peer->link, code, reason);
	peer->state = LP_PEER_LEAVING;
	peer->deadline_ns = peer->worker->now.mono_ns;
}

void lp_peer_replace(struct lp_peer *applicant, struct lp_peer *incumbent, uint64_t now)
{
	struct lp_worker *worker = applicant->worker;
	bool is_claimed = lp_seat_is_claimed(applicant, incumbent, now);
	if (incumbent->link)
		lp_link_clear_queue(incumbent->link, LP_VERDICT_PEER_GONE);
	if (applicant->is_resumed && applicant->wanted_id == incumbent->id) {
		applicant->claim_ns = incumbent->claim_ns;
		lp_ledger_add(&applicant->ledger, &incumbent->ledger);
		memset(&incumbent->ledger, 0, sizeof(incumbent->ledger));
		lp_room_remove(incumbent->room, incumbent, now);
		worker->peer_count--;
	} else {
		if (!is_claimed)
			lp_seat_keep_claim(incumbent, now);
		lp_peer_leave(incumbent, LP_LEFT_REPLACED);
	}
	/* Who was only silent may come back at once: there is a claim. */
	if (incumbent->link)
		lp_link_close(incumbent->link,
			      is_claimed ? LP_QUIC_CODE_REPLACED : LP_QUIC_CODE_NONE,
			      LP_LEFT_REPLACED);
	lp_peer_gone(incumbent);
}

void lp_peer_free(struct lp_peer *peer)
{
	struct lp_worker *worker = peer->worker;
	struct lp_room *room = peer->room;
	lp_link_free(peer->link); /* its queue is counted before the ledger moves on */
	if (room)
		lp_room_remove(room, peer, worker->now.mono_ns);
	lp_ledger_add(room ? &room->departed : &worker->departed, &peer->ledger);
	lp_list_remove(&peer->link_all);
	free(peer);
}
