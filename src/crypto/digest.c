/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "crypto/digest.h"

#include "base/log.h"
#include "base/mem.h"

#include <assert.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

/* SHA-256 fails only where GnuTLS was built or configured without it; nothing of ours works there.
 */
static void must_succeed(const char *what, int rv)
{
	if (rv == 0)
		return;
	lp_error("crypto", "%s failed: %s", what, gnutls_strerror(rv));
	abort();
}

void lp_sha256(const void *data, size_t len, uint8_t out[LP_SHA256_LEN])
{
	must_succeed("SHA-256", gnutls_hash_fast(GNUTLS_DIG_SHA256, data, len, out));
}

/* GnuTLS's input type has no const; it does not write to it. */
static gnutls_datum_t datum_of(const void *data, size_t len)
{
	union {
		const void *in;
		unsigned char *out;
	} pointer = {.in = data};

	return (gnutls_datum_t){.data = pointer.out, .size = (unsigned int)len};
}

void lp_hkdf_sha256(const void *secret, size_t secret_len, const char *label, uint8_t *out,
		    size_t out_len)
{
	uint8_t prk[LP_SHA256_LEN];
	gnutls_datum_t ikm = datum_of(secret, secret_len);
	gnutls_datum_t key = datum_of(prk, sizeof(prk));
	gnutls_datum_t salt = datum_of("", 0);
	gnutls_datum_t info = datum_of(label, strlen(label));

	assert(out_len <= 255 * LP_SHA256_LEN);
	must_succeed("HKDF", gnutls_hkdf_extract(GNUTLS_MAC_SHA256, &ikm, &salt, prk));
	must_succeed("HKDF", gnutls_hkdf_expand(GNUTLS_MAC_SHA256, &key, &info, out, out_len));
	lp_wipe(prk, sizeof(prk));
}
