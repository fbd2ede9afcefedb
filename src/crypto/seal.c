/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Sealed bytes: 12 of nonce, ciphertext, 16 of tag. Nonces are random: good for 2^32 texts a key
 * (NIST SP 800-38D, section 8.3), and a ticket is given out once a session.
 */
#include "crypto/seal.h"

#include "base/log.h"
#include "base/mem.h"
#include "crypto/base64url.h"
#include "crypto/random.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#define NONCE_LEN 12
#define TAG_LEN	  16

static enum lp_err open_cipher(const uint8_t key[LP_SEAL_KEY_LEN], gnutls_aead_cipher_hd_t *cipher)
{
	uint8_t copy[LP_SEAL_KEY_LEN]; /* GnuTLS's key type has no const */
	gnutls_datum_t key_datum = {.data = copy, .size = sizeof(copy)};
	int rv;

	memcpy(copy, key, sizeof(copy));
	rv = gnutls_aead_cipher_init(cipher, GNUTLS_CIPHER_AES_256_GCM, &key_datum);
	lp_wipe(copy, sizeof(copy));
	if (rv == 0)
		return LP_OK;
	lp_error("crypto", "AES-256-GCM cannot be used: %s", gnutls_strerror(rv));
	return LP_ERR_CRYPTO;
}

enum lp_err lp_seal(const uint8_t key[LP_SEAL_KEY_LEN], const char *purpose, const void *data,
		    size_t len, char *text, size_t text_cap)
{
	size_t sealed_len = NONCE_LEN + len + TAG_LEN;
	size_t out_len = len + TAG_LEN;
	gnutls_aead_cipher_hd_t cipher;
	enum lp_err err;
	uint8_t *sealed;
	int rv;

	if (lp_base64url_text_len(sealed_len) >= text_cap)
		return LP_ERR_TOO_LARGE;
	err = open_cipher(key, &cipher);
	if (err != LP_OK)
		return err;
	sealed = lp_alloc(sealed_len);
	lp_random_secret(sealed, NONCE_LEN);
	rv = gnutls_aead_cipher_encrypt(cipher, sealed, NONCE_LEN, purpose, strlen(purpose),
					TAG_LEN, data, len, sealed + NONCE_LEN, &out_len);
	gnutls_aead_cipher_deinit(cipher);
	if (rv == 0) {
		err = lp_base64url_encode(sealed, sealed_len, text, text_cap);
	} else {
		lp_error("crypto", "sealing failed: %s", gnutls_strerror(rv));
		err = LP_ERR_CRYPTO;
	}
	free(sealed);
	return err;
}

/* Opens sealed[sealed_len] into plain[sealed_len]. */
static enum lp_err open_sealed(const uint8_t key[LP_SEAL_KEY_LEN], const char *purpose,
			       const uint8_t *sealed, size_t sealed_len, uint8_t *plain,
			       size_t *plain_len)
{
	gnutls_aead_cipher_hd_t cipher;
	enum lp_err err = open_cipher(key, &cipher);
	int rv;

	if (err != LP_OK)
		return err;
	*plain_len = sealed_len - NONCE_LEN - TAG_LEN;
	rv = gnutls_aead_cipher_decrypt(cipher, sealed, NONCE_LEN, purpose, strlen(purpose),
					TAG_LEN, sealed + NONCE_LEN, sealed_len - NONCE_LEN, plain,
					plain_len);
	gnutls_aead_cipher_deinit(cipher);
	return rv == 0 ? LP_OK : LP_ERR_CRYPTO;
}

enum lp_err lp_unseal(const uint8_t key[LP_SEAL_KEY_LEN], const char *purpose, const char *text,
		      void *data, size_t cap, size_t *len)
{
	size_t text_len = strlen(text);
	uint8_t *sealed = lp_alloc(text_len + 1);
	uint8_t *plain = lp_alloc(text_len + 1);
	enum lp_err err = LP_ERR_CRYPTO;
	size_t sealed_len;
	size_t plain_len = 0;

	if (lp_base64url_decode(text, text_len, sealed, text_len, &sealed_len) == LP_OK &&
	    sealed_len >= NONCE_LEN + TAG_LEN)
		err = open_sealed(key, purpose, sealed, sealed_len, plain, &plain_len);
	if (err == LP_OK && plain_len > cap)
		err = LP_ERR_TOO_LARGE;
	if (err == LP_OK) {
		if (plain_len > 0)
			memcpy(data, plain, plain_len);
		*len = plain_len;
	}
	lp_wipe(plain, text_len + 1);
	free(plain);
	free(sealed);
	return err;
}
