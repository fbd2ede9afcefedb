/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Whom a session trusts to be its relay (K1, G23): one pinned key, the certificates of a file, or
 * the system's CAs. There is no fourth way, and none that trusts anybody.
 */
#ifndef LP_CRYPTO_TRUST_H
#define LP_CRYPTO_TRUST_H

#include "base/err.h"

#include <gnutls/gnutls.h>
#include <stddef.h>
#include <stdint.h>

#define LP_TRUST_WHY_LEN 512 /* enough for every sentence of lp_trust_check */

struct lp_trust;

/*
 * Exactly one way: pin_text, or ca_path (PEM or DER; a certificate of a CA, or the relay's own), or
 * both NULL = the system's CAs. Logs the reason on failure.
 */
enum lp_err lp_trust_new(const char *pin_text, const char *ca_path,
			 struct lp_trust **out) LP_MUST_CHECK;

/* Not before the last session with its handle is gone. NULL is ignored. */
void lp_trust_free(struct lp_trust *trust);

/*
 * For quic/ only. Borrowed. GnuTLS itself accepts any certificate with it: every session needs
 * gnutls_session_set_verify_function() with a callback that calls lp_trust_check().
 */
gnutls_certificate_credentials_t lp_trust_handle(const struct lp_trust *trust);

/*
 * Judges the certificate that the peer of `session` has shown, at wall_ns. The session must use the
 * handle of this trust. With a pin only the key counts; with a CA or the system the chain, the
 * dates and server_name: a DNS name, or a literal address, which must stand as such in the
 * certificate. server_name may be NULL with a pin, and with ca_file if any certificate of that CA
 * will do.
 *
 * LP_ERR_TRUST with one sentence for a person in why[why_len]; the pin that was seen is in it.
 */
enum lp_err lp_trust_check(const struct lp_trust *trust, gnutls_session_t session,
			   const char *server_name, uint64_t wall_ns, char *why,
			   size_t why_len) LP_MUST_CHECK;

#endif
