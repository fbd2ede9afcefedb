/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The books of a party on bad lines: what was offered, what every node says became of it, and what
 * came out, counted from outside by numbered payloads.
 */
#ifndef LP_SIM_BOOKS_H
#define LP_SIM_BOOKS_H

#include "party.h"

/* Bad luck, in both directions. */
struct books_line {
	double loss;
	double reorder;
	double duplicate;
};

/* Puts the clients (not the gateway) on such lines, 10 ms one way. */
void books_spoil(struct party *party, const struct books_line *line);

/* Everybody talks: small and large unicast both ways, and broadcast; about 2.6 x per_s a client. */
void books_offer(struct party *party, uint64_t per_s);

struct books {
	uint64_t offered;	/* frames, outside */
	uint64_t dead;		/* of these: to nodes that were dead then */
	uint64_t came;		/* frames, outside: each once and whole */
	double unicast_share;	/* of unicast that came */
	struct lp_ledger relay; /* of all workers that ran */
	struct lp_ledger up;	/* of all sessions */
	struct lp_ledger down;
};

/*
 * Settles the party, and fails the test unless every ledger balances and all counters agree with
 * what was counted outside.
 */
void books_close(struct party *party, struct books *books);

/* One line with the figures. */
void books_print(const struct books *books);

/* Every reason that dropped something, with its counts. */
void books_print_drops(const struct books *books);

#endif
