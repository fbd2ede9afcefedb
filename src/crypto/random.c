/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "crypto/random.h"

#include "base/log.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>

/* A key that may be guessed is worse than no process. */
static void fill_or_abort(gnutls_rnd_level_t level, void *data, size_t len)
{
	int rv = gnutls_rnd(level, data, len);

	if (rv == 0)
		return;
	lp_error("crypto", "no random numbers: %s", gnutls_strerror(rv));
	abort();
}

void lp_random_secret(void *data, size_t len)
{
	fill_or_abort(GNUTLS_RND_KEY, data, len);
}

void lp_random_public(void *data, size_t len)
{
	fill_or_abort(GNUTLS_RND_NONCE, data, len);
}
