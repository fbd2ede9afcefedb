/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* SHA-256, and keys derived from one another with HKDF (RFC 5869). */
#ifndef LP_CRYPTO_DIGEST_H
#define LP_CRYPTO_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define LP_SHA256_LEN 32

void lp_sha256(const void *data, size_t len, uint8_t out[LP_SHA256_LEN]);

/*
 * out[out_len] from a secret and a label that names the purpose. For the keys of rooms with a
 * secret, which are still to come (relay.rooms.secret): nothing calls it yet.
 */
void lp_hkdf_sha256(const void *secret, size_t secret_len, const char *label, uint8_t *out,
		    size_t out_len);

#endif
