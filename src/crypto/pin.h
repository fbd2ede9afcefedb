/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The pin of a relay: SHA-256 over the SubjectPublicKeyInfo (RFC 7469, section 2.4) of its key, as
 * people write it: "sha256:" and 64 hex digits, or base64 in either alphabet. The key stays the
 * same when the certificate over it is renewed, and so does the pin.
 */
#ifndef LP_CRYPTO_PIN_H
#define LP_CRYPTO_PIN_H

#include "base/err.h"
#include "crypto/digest.h"

#include <stdbool.h>
#include <stdint.h>

#define LP_PIN_TEXT_LEN 72 /* "sha256:" + 64 + NUL */

struct lp_pin {
	uint8_t sha256[LP_SHA256_LEN];
};

enum lp_err lp_pin_parse(const char *text, struct lp_pin *pin) LP_MUST_CHECK;

/* "sha256:" and hex digits in lower case. Returns text. */
const char *lp_pin_format(const struct lp_pin *pin, char text[LP_PIN_TEXT_LEN]);

bool lp_pin_equal(const struct lp_pin *a, const struct lp_pin *b);

#endif
