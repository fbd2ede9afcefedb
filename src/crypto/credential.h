/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Who a relay is, and whom a session trusts to be its relay.
 *
 * The relay's credential is a certificate and key from files (PEM), or a key that it made itself once
 * and a self-signed certificate over it (R40). What a session pins is the key: SHA-256 over the SPKI,
 * written "sha256:" + 64 hex digits (base64 is accepted too).
 */
#ifndef LP_CRYPTO_CREDENTIAL_H
#define LP_CRYPTO_CREDENTIAL_H

#include "base/err.h"
#include "crypto/digest.h"

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_PIN_TEXT_LEN 72 /* "sha256:" + 64 + NUL */

struct lp_pin {
	uint8_t sha256[LP_SHA256_LEN];
};

enum lp_err lp_pin_parse(const char *text, struct lp_pin *pin) LP_MUST_CHECK;
const char *lp_pin_format(const struct lp_pin *pin, char text[LP_PIN_TEXT_LEN]);

/* --- the relay's side --- */

struct lp_credential;

/* A fresh ECDSA P-256 key as PEM into pem[cap]; *len without the NUL that is behind it. */
enum lp_err lp_credential_make_key(char *pem, size_t cap, size_t *len) LP_MUST_CHECK;

/*
 * Self-signed certificate over the key in key_pem, for `name`, valid from a day before wall_ns for ten
 * years. Logs the reason on failure.
 */
enum lp_err lp_credential_from_key(const char *key_pem, size_t key_len, const char *name,
				   uint64_t wall_ns, struct lp_credential **out) LP_MUST_CHECK;

/* Certificate chain and key from PEM files. Logs which file and why on failure. */
enum lp_err lp_credential_from_files(const char *certificate_path, const char *key_path,
				     struct lp_credential **out) LP_MUST_CHECK;

void lp_credential_free(struct lp_credential *credential);

struct lp_pin lp_credential_pin(const struct lp_credential *credential);

/* The leaf certificate as DER, borrowed. */
const uint8_t *lp_credential_der(const struct lp_credential *credential, size_t *len);

/* For quic/ only. */
gnutls_certificate_credentials_t lp_credential_handle(const struct lp_credential *credential);

/* --- the session's side --- */

struct lp_trust;

/*
 * Exactly one way: pin_text, or ca_path (PEM or DER; a certificate of a CA, or the relay's own), or
 * both NULL = the system's CAs. Logs the reason on failure.
 */
enum lp_err lp_trust_new(const char *pin_text, const char *ca_path, struct lp_trust **out)
	LP_MUST_CHECK;
void lp_trust_free(struct lp_trust *trust);

/* "pin", "ca_file", "system" */
const char *lp_trust_name(const struct lp_trust *trust);

gnutls_certificate_credentials_t lp_trust_handle(const struct lp_trust *trust);

/*
 * Judges the certificate that the peer of `session` has shown, at wall_ns. With a pin only the key
 * counts; with a CA or the system the chain, the dates and server_name (when not NULL and not a literal
 * address matched by SAN). LP_ERR_TRUST with *why = one sentence for a person (the pin that was seen
 * is in it), in why[why_len].
 */
enum lp_err lp_trust_check(const struct lp_trust *trust, gnutls_session_t session,
			   const char *server_name, uint64_t wall_ns, char *why, size_t why_len)
	LP_MUST_CHECK;

#endif
