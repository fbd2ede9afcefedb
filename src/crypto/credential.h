/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Who a relay is (its counterpart is crypto/trust.h).
 *
 * The relay's credential is a certificate and key from files (PEM), or a key that it made itself
 * once and a self-signed certificate over it (R40). What a session pins is the key (crypto/pin.h).
 */
#ifndef LP_CRYPTO_CREDENTIAL_H
#define LP_CRYPTO_CREDENTIAL_H

#include "base/err.h"
#include "crypto/pin.h"

#include <gnutls/gnutls.h>
#include <stddef.h>
#include <stdint.h>

struct lp_credential;

/* A fresh ECDSA P-256 key as PEM into pem[cap]; *len without the NUL that is behind it. */
enum lp_err lp_credential_make_key(char *pem, size_t cap, size_t *len) LP_MUST_CHECK;

/*
 * Self-signed certificate over the key in key_pem, for `name` (a DNS name or a literal address),
 * valid from 1970 on without an end, whatever this machine's clock says. Each call makes another
 * certificate; one made earlier over the same key and name keeps vouching for it as ca_file. Logs
 * the reason on failure.
 */
enum lp_err lp_credential_from_key(const char *key_pem, size_t key_len, const char *name,
				   struct lp_credential **out) LP_MUST_CHECK;

/*
 * Certificate chain and key from PEM files: RSA of 2048 bits or more, ECDSA of 256 or EdDSA. Logs
 * which file and why on failure.
 */
enum lp_err lp_credential_from_files(const char *certificate_path, const char *key_path,
				     struct lp_credential **out) LP_MUST_CHECK;

/*
 * One reference more: TLS sessions of all threads look at their handle until they are gone, long
 * after a reload. Returns credential.
 */
struct lp_credential *lp_credential_ref(struct lp_credential *credential);

/* Gives up one reference, of which each begins with one; the last frees it. NULL is ignored. */
void lp_credential_free(struct lp_credential *credential);

/* What is to be said of the certificate's dates, or of those of its issuers in the file. */
enum lp_credential_dates {
	LP_CREDENTIAL_GOOD,
	LP_CREDENTIAL_ENDING, /* in 14 days, or in what is left of the last quarter of its life */
	LP_CREDENTIAL_BAD,    /* it has expired, or is not valid yet */
};

#define LP_CREDENTIAL_TEXT_LEN 200

/* Judges them at wall_ns; text is a sentence for the admin, empty when all is well. */
enum lp_credential_dates lp_credential_check_dates(const struct lp_credential *credential,
						   uint64_t wall_ns,
						   char text[LP_CREDENTIAL_TEXT_LEN]);

struct lp_pin lp_credential_pin(const struct lp_credential *credential);

/* The leaf certificate as DER, borrowed. */
const uint8_t *lp_credential_der(const struct lp_credential *credential, size_t *len);

/* For quic/ only. Borrowed. */
gnutls_certificate_credentials_t lp_credential_handle(const struct lp_credential *credential);

#endif
