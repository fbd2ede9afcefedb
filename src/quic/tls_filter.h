/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Which TLS messages a peer may send, and in which packets (RFC 8446 §4, RFC 9001 §4.1.3 and §6).
 *
 * TLS is handed only what it waits for. A KeyUpdate above all: GnuTLS follows it and installs new
 * keys, which ngtcp2 answers by an assertion. Anything else that comes after the handshake has no
 * use for us: tickets are allowed, looked at, and thrown away.
 */
#ifndef LP_QUIC_TLS_FILTER_H
#define LP_QUIC_TLS_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_TLS_ALERT_UNEXPECTED_MESSAGE 10 /* RFC 8446 §6.2 */

enum lp_tls_space { LP_TLS_INITIAL, LP_TLS_HANDSHAKE, LP_TLS_ONE_RTT, LP_TLS__SPACES };

/* Where in its row of messages one space is: each is a type, a length of 24 bits, and that. */
struct lp_tls_reader {
	uint8_t header[4];
	size_t header_len;
	size_t left; /* bytes of the present message that have not come yet */
	bool is_finished;
};

/* All zero at the start. */
struct lp_tls_filter {
	struct lp_tls_reader readers[LP_TLS__SPACES];
};

/*
 * May the next bytes of that space come from this peer? They are to be told in order. False = an
 * unexpected message (the alert above) begins in them; nothing is to be asked after that.
 */
bool lp_tls_filter_allows(struct lp_tls_filter *filter, bool is_server, enum lp_tls_space space,
			  const uint8_t *data, size_t len);

#endif
