/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Real TLS 1.3 handshakes in memory: a server with a credential, a client with a trust, and two
 * buffers between them. And certificates of other parties' making.
 */
#ifndef LP_TESTS_HANDSHAKE_H
#define LP_TESTS_HANDSHAKE_H

#include "base/clock.h"
#include "crypto/credential.h"
#include "crypto/trust.h"

#include <gnutls/x509.h>
#include <stdbool.h>
#include <stdint.h>

#define WALL_NS (1800000000ULL * LP_NS_PER_S) /* January 2027; no test may depend on today */
#define DAY_NS	(86400ULL * LP_NS_PER_S)
#define YEAR_NS (365 * DAY_NS)

/* What one end has sent and the other has not read yet. */
struct pipe {
	uint8_t data[65536];
	size_t len;
};

struct end {
	gnutls_session_t session;
	struct pipe *in;
	struct pipe *out;
};

/* One handshake: what the client is told, and the reason that it has heard ("" = all is well). */
struct check {
	const struct lp_trust *trust;
	const char *server_name;
	uint64_t wall_ns;
	char why[LP_TRUST_WHY_LEN];
	int check_count;
};

/* A session that reads and writes the two pipes; gnutls_deinit is the caller's. */
void open_end(struct end *end, unsigned int flags, gnutls_certificate_credentials_t handle,
	      struct pipe *in, struct pipe *out);

/* Whether the client takes the server for its relay, judged by check->trust exactly once. */
bool meet(struct check *check, const struct lp_credential *credential);

/* The same, with a session of the client's that was set up with another handle. */
bool meet_with(struct check *check, const struct lp_credential *credential,
	       gnutls_certificate_credentials_t client_handle);

struct issued {
	gnutls_x509_crt_t crt;
	gnutls_x509_privkey_t key;
};

/*
 * Signed by `by`, or by itself, and valid until `days` after WALL_NS. A CA if purpose is NULL, else
 * for a host called `name`. Given back with drop().
 */
struct issued issue(const struct issued *by, const char *name, const char *purpose, int64_t days);
void drop(struct issued *issued);

#endif
